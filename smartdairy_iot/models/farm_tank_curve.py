from datetime import datetime, timedelta, timezone

from odoo import api, models

from ..readings.environment import told_when_away
from ..readings.resolution import resolution
from .iot_device_series import to_millis

_SHOWN = timedelta(hours=12)
_BEFORE = timedelta(minutes=30)  # shown of what came before a milking
_MOST = 12  # milkings of the history


class FarmTank(models.Model):
    """A tank's cooling curve, and what it is judged by."""

    _inherit = "farm.tank"

    @api.readonly
    def get_cooling_curve(self, batch_id=None):
        """Of one batch, or of the last twelve hours and more if the batch began before.

        :param batch_id: id of one of its batches, None for what is in it now
        :return: ``{tz, start, end, series, phases, limits, marks, milkings, batch,
            previous, next}``; times are milliseconds
        """
        self.ensure_one()
        self.check_access("read")
        batches = self.env["iot.tank.batch"]
        batch = batches.search(
            [("tank_id", "=", self.id), *([("id", "=", batch_id)] if batch_id else ())],
            limit=1,
        )
        now = datetime.now(timezone.utc)
        since, until = _span(batch, bool(batch_id), now)
        near = [("tank_id", "=", self.id), ("start", "<", _naive(until))]
        coolings = self.env["iot.tank.cooling"].search(
            [*near, "|", ("end", "=", False), ("end", ">", _naive(since))], limit=_MOST
        )
        return {
            "tz": self.farm_id.tz or "UTC",
            "start": to_millis(since),
            "end": to_millis(until),
            "series": self._temperatures(since, until),
            "phases": self._phases_shown(coolings, until >= now),
            "limits": self._limits_shown(coolings),
            "marks": self.env["iot.alert"]._to_marks(
                [("tank_id", "=", self.id)], since, until
            ),
            "milkings": [cooling._to_board() for cooling in coolings],
            "batch": batch._to_board() if batch else False,
            **self._neighbours_of(batch),
        }

    def _temperatures(self, since, until):
        probe = self.probe_id
        shown = resolution((until - since).total_seconds(), probe.interval_seconds)
        points = []
        if probe and probe.has_access("read"):
            with told_when_away():
                points = self.env["iot.store"]._series(
                    *([probe.device_id], "temperature", since, until, shown.bucket),
                    self.farm_id.tz or "UTC",
                )
        return {
            "unit": "°C",
            "gap": round(shown.gap * 1000),
            "points": [[to_millis(p.time), p.average, p.low, p.high] for p in points],
        }

    def _phases_shown(self, coolings, is_now):
        """What the records tell: milkings, their cooling, the storage after it."""
        phases = []
        following = coolings[::-1]
        for index, one in enumerate(following):
            after = following[index + 1 : index + 2]
            until = after.start or one.batch_id.end
            met = [mark["met_at"] for mark in one.marks or () if mark["met_at"]]
            is_cold = one.verdict not in ("running", "superseded") and met
            cold_at = datetime.fromisoformat(max(met)) if is_cold else until
            end = one.end and (max(one.end, cold_at) if cold_at else False)
            phases.append(_phase("filling", one.start, one.end))
            if one.end:
                phases.append(_phase("cooling", one.end, end))
            if is_cold and end:
                phases.append(_phase("storage", end, until))
        state = self.state_ids
        if is_now and state.phase in ("empty", "emptying", "washing"):
            phases.append(_phase(state.phase, state.phase_since, False))
        return phases

    def _limits_shown(self, coolings):
        """Steps: until when which limit must be reached; what is kept, all the time."""
        steps = []
        for one in coolings:
            for mark in one.marks or ():
                if mark["deadline"]:
                    steps.append(
                        {
                            "celsius": mark["celsius"],
                            "from": to_millis(datetime.fromisoformat(mark["deadline"])),
                            "until": to_millis(
                                one.batch_id.end
                                or self._next_start(coolings, one)
                                or False
                            ),
                            "met_at": mark["met_at"]
                            and to_millis(datetime.fromisoformat(mark["met_at"])),
                            "verdict": mark["verdict"],
                        }
                    )
        floors = self.standard_id.limit_ids.filtered(lambda one: one.kind == "floor")
        return {"steps": steps, "floors": floors.mapped("celsius")}

    def _next_start(self, coolings, one):
        later = coolings.filtered(lambda other: other.start > one.start)
        return min(later.mapped("start"), default=False)

    def _neighbours_of(self, batch):
        if not batch:
            return {"previous": False, "next": False}
        batches = self.env["iot.tank.batch"]
        own = [("tank_id", "=", self.id)]
        earlier = batches.search([*own, ("start", "<", batch.start)], limit=1)
        later = batches.search(
            [*own, ("start", ">", batch.start)], limit=1, order="start, id"
        )
        return {"previous": earlier.id, "next": later.id}


def _span(batch, is_chosen, now):
    if not batch:
        return now - _SHOWN, now
    start = batch.start.replace(tzinfo=timezone.utc) - _BEFORE
    if batch.end and is_chosen:
        return start, batch.end.replace(tzinfo=timezone.utc) + _BEFORE
    return (start if is_chosen else min(start, now - _SHOWN)), now


def _phase(phase, start, end):
    return {"phase": phase, "start": to_millis(start), "end": to_millis(end)}


def _naive(moment):
    return moment.astimezone(timezone.utc).replace(tzinfo=None)
