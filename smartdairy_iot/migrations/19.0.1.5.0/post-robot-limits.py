"""Limits of the shipped standards that are asked of robots, or not of them.

No tank is a robot's yet, so nothing that a dairy has edited is judged otherwise.
"""

from odoo import SUPERUSER_ID, Command, api

FROM_START = {"kind": "reach", "event": "first_start", "system": "automatic"}
ADDED = {
    "us": {**FROM_START, "celsius": 7, "within_minutes": 360},
    "eu_daily": {**FROM_START, "celsius": 8, "within_minutes": 120},
    "eu": {**FROM_START, "celsius": 6, "within_minutes": 120},
    "nz": {
        **{"kind": "blend", "celsius": 6, "grace_minutes": 30},
        **{"system": "automatic"},
    },
    "ontario": {**FROM_START, "celsius": 4, "within_minutes": 120},
    "raw_milk": {**FROM_START, "celsius": 4, "within_minutes": 120},
}
WITHOUT_FREEZING = {
    **{"kind": "floor", "celsius": 0, "grace_minutes": 10, "severity": "medium"},
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, vals in ADDED.items():
        standard = env.ref(
            f"smartdairy_iot.cooling_standard_{name}", raise_if_not_found=False
        )
        if not standard:
            continue
        limits = standard.limit_ids
        is_as_shipped = all(one.write_date == one.create_date for one in limits)
        added = [vals]
        if name == "nz" and is_as_shipped:
            added = [WITHOUT_FREEZING, vals]
        limits.filtered(_is_of_set_times).system = "conventional"
        last = max(limits.mapped("sequence"), default=0)
        standard.limit_ids = [
            Command.create({**one, "sequence": last + place})
            for place, one in enumerate(added, 1)
        ]


def _is_of_set_times(limit):
    """What counts from the start or end of one milking, or is its mix."""
    if limit.kind == "reach":
        return limit.event in ("start", "end")
    return limit.kind == "blend"
