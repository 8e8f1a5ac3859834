"""What a judgement found becomes records."""

from datetime import datetime, timezone

from odoo import api, models

from ..coldchain.countdown import countdown
from ..coldchain.monitor import to_json
from ..coldchain.sample import MINUTE


class IotTankState(models.Model):
    _inherit = "iot.tank.state"

    @api.model
    def _keep(self, work, outcome):
        """Batches and coolings as they are now; those that were none are gone."""
        batches = self.env["iot.tank.batch"]
        start = work.start.replace(tzinfo=None)
        known = batches.search(
            [
                ("tank_id", "=", work.tank.id),
                "|",
                *("|", ("end", "=", False), ("start", ">=", start)),
                ("start", "in", [_naive(time) for time in outcome.batches]),
            ]
        )
        by_start = {batch.start: batch for batch in known}
        kept = batches
        for time, batch in outcome.batches.items():
            vals = _batch_vals(batch, work.tank.standard_id.id)
            record = by_start.get(_naive(time))
            if not record:
                record = batches.create(
                    {"tank_id": work.tank.id, "start": _naive(time)}
                )
            record._keep(vals)
            kept |= record
        gone = known - kept
        self._keep_coolings(work, outcome, {b.start: b for b in kept}, start)
        gone.unlink()

    @api.model
    def _keep_coolings(self, work, outcome, batches, start):
        coolings = self.env["iot.tank.cooling"]
        known = coolings.search(
            [("batch_id", "in", [batch.id for batch in batches.values()])]
        )
        by_start = {cooling.start: cooling for cooling in known}
        kept = coolings
        for time, cooling in outcome.coolings.items():
            batch = batches.get(_naive(cooling.batch))
            if not batch:
                continue
            record = by_start.get(_naive(time))
            if not record:
                record = coolings.create({"batch_id": batch.id, "start": _naive(time)})
            record._keep(_cooling_vals(cooling, work.standard))
            kept |= record
        gone = known - kept
        gone.filtered(
            lambda one: not one.end or (work.again and one.start >= start)
        ).unlink()

    @api.model
    def _show(self, work, end):
        row, phases = work.row, work.state.phases
        newest = phases.recent[-1] if phases.recent else [None] * 5
        due = countdown(work.state, work.standard)
        arrival = due and due.arrival
        vals = {
            "state": to_json(work.state),
            "judged_until": end.replace(tzinfo=None),
            "phase": phases.phase or False,
            "phase_since": phases.phase and _naive(phases.since),
            "due_celsius": due.celsius if due else 0.0,
            "due_at": due and due.deadline and _naive(due.deadline),
            "is_too_slow": bool(due and due.is_too_slow),
            "expected_at": arrival and arrival.likely and _naive(arrival.likely),
            "soonest_at": arrival and _finite(arrival.soonest),
            "latest_at": arrival and arrival.latest and _finite(arrival.latest),
        }
        if newest[1] is not None:
            vals |= {"temperature": newest[1], "measured_at": _naive(newest[0])}
        if newest[2] is not None:
            vals["volume"] = newest[2]
        if phases.washed_at:
            vals["washed_at"] = _naive(phases.washed_at)
        cooling = work.state.judged.cooling
        if cooling and cooling.end:
            vals["last_milking_end"] = _naive(cooling.end)
        row.write({name: value or False for name, value in vals.items()})
        row._set_checkpoint_if_due(work, end)


def _naive(seconds):
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return moment.replace(tzinfo=None, microsecond=0)


def _finite(seconds):
    return _naive(seconds) if seconds < 4e9 else False


def _batch_vals(batch, standard_id):
    return {
        "standard_id": standard_id,
        "end": batch.end is not None and _naive(batch.end),
        "is_partial": batch.is_partial,
        "milkings": batch.milkings,
        "outside_minutes": batch.outside / MINUTE,
        "gap_minutes": batch.gap / MINUTE,
        "lowest": round(batch.lowest or 0.0, 1),
        "highest": round(batch.highest or 0.0, 1),
        "is_out_of_range": batch.is_out,
    }


def _cooling_vals(cooling, standard):
    marks = [_mark(mark, cooling, standard) for mark in cooling.marks]
    minutes = [mark["minutes"] for mark in marks]
    is_met = cooling.end is not None and None not in minutes
    return {
        "number": cooling.number,
        "is_first": cooling.is_first,
        "end": cooling.end is not None and _naive(cooling.end),
        "is_estimated": cooling.is_estimated,
        "before": round(cooling.before or 0.0, 1),
        "blend": round(cooling.blend or 0.0, 1),
        "marks": marks,
        "cooled_minutes": max(minutes, default=0.0) if is_met else 0.0,
        "outside_minutes": cooling.outside / MINUTE,
        "verdict": cooling.verdict,
    }


def _mark(mark, cooling, standard):
    """Times as ISO 8601 UTC; minutes are since the end of the milking."""
    minutes = None
    if mark.met_at is not None and cooling.end is not None:
        minutes = max(0.0, (mark.met_at - cooling.end) / MINUTE)
    return {
        "celsius": standard.limits[mark.limit].celsius,
        "deadline": mark.deadline and _naive(mark.deadline).isoformat(),
        "met_at": mark.met_at and _naive(mark.met_at).isoformat(),
        "verdict": mark.verdict,
        "minutes": minutes,
    }
