"""What the sensors of tanks said, minute by minute."""

from odoo import api, models

from ..coldchain.sample import MINUTE, Sample
from .farm_tank_cooling import SOURCES


class IotTankState(models.Model):
    _inherit = "iot.tank.state"

    @api.model
    def _read(self, works, start, end):
        """:return: ``{(id of device, reading type): {minute: average}}``"""
        found = {}
        for name, reading_type in SOURCES.items():
            devices = {w.tank[name].device_id: w.tank[name].id for w in works}
            devices.pop(False, None)
            if not devices:
                continue
            points = self.env["iot.store"]._series(
                list(devices), reading_type, start, end, int(MINUTE)
            )
            for point in points:
                if point.average is not None:
                    key = devices[point.device_id], reading_type
                    minute = point.time.timestamp()
                    found.setdefault(key, {})[minute] = point.average
        return found

    @api.model
    def _to_samples(self, tank, readings):
        kinds = [
            readings.get((tank[name].id, reading_type), {})
            for name, reading_type in SOURCES.items()
        ]
        temperature, volume, flow, running = kinds
        return [
            Sample(
                *(minute, temperature.get(minute), volume.get(minute)),
                *(flow.get(minute), None if not running else _runs(running, minute)),
            )
            for minute in sorted(set().union(*kinds))
        ]


def _runs(running, minute):
    share = running.get(minute)
    return None if share is None else share > 0
