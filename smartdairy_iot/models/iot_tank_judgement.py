"""What the tanks' sensors said becomes phases, batches, coolings and alerts.

By ``ir.cron``, every minute and woken by the listener. A minute is judged when it has
been over for a minute. What comes later than that, the listener tells
(``iot.tank.late``), and the tank is judged again from the checkpoint before it.
"""

import logging
import math
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

import psycopg2

from odoo import api, fields, models

from ..coldchain.countdown import countdown
from ..coldchain.records import Outcome
from ..coldchain.monitor import State, advance, from_json, to_json
from ..coldchain.sample import MINUTE, Sample
from ..errors import another_time
from .farm_tank_cooling import SOURCES

_logger = logging.getLogger(__name__)

_SETTLES = timedelta(seconds=120)  # since a minute began
_FIRST_LOOK = timedelta(days=2)
_FURTHEST = timedelta(days=35)  # what is older changes nothing
_BEFORE_BATCH = timedelta(hours=2)
_CHECKPOINT_EVERY = timedelta(hours=1)
_RECENT = timedelta(hours=2)  # such tanks are read together
_AT_ONCE = timedelta(days=1)


class Work(NamedTuple):
    """A tank to be judged."""

    tank: object  # farm.tank
    row: object  # iot.tank.state
    standard: object  # of coldchain.standard
    state: State
    start: datetime  # aware; of the first minute to read
    again: bool  # what was found from there on is found anew


class IotTankState(models.Model):
    _inherit = "iot.tank.state"

    @api.model
    @another_time
    def _cron_judge(self, now=None):
        """:param now: aware; None for now"""
        now = now or datetime.now(timezone.utc)
        watermark = self.env["iot.rule.watermark"]._lock("tanks")
        late = self.env["iot.tank.late"]._take()
        tanks = self.env["farm.tank"]._supervised()
        self._forget_others(tanks)
        end = _floor(now - _SETTLES + timedelta(minutes=1))
        due = tanks.filtered(lambda tank: _is_due(tank, late, end))
        due.state_ids.fetch(["state"])
        works = [self._to_work(tank, late, now) for tank in due]
        recent = [work for work in works if work.start > now - _RECENT]
        readings = self._read(recent, min((w.start for w in recent), default=end), end)
        for work in works:
            of_work = readings if work in recent else None
            self._aside(work, of_work, end, now)
        watermark.received_at = now.replace(tzinfo=None)

    @api.model
    def _aside(self, work, readings, end, now):
        """What fails with one tank is told in the log, and stops no other."""
        try:
            with self.env.cr.savepoint():
                self._judge(work, readings, end, now)
        except psycopg2.OperationalError:
            raise
        except Exception:
            _logger.exception("The tank %s cannot be judged", work.tank.id)

    @api.model
    def _forget_others(self, tanks):
        """Tanks without standard or probe: nothing would end their alerts."""
        rows = self.search([("tank_id", "not in", tanks.ids)])
        alerts = self.env["iot.alert"].search(
            [
                ("tank_id", "!=", False),
                ("tank_id", "not in", tanks.ids),
                ("is_open", "=", True),
            ]
        )
        alerts._end_because(self.env._("The tank is not judged any more."))
        # What becomes of its milk is not known any more.
        current = rows.tank_id.batch_ids.filtered(lambda batch: not batch.end)
        current.end = fields.Datetime.now()
        self.env["iot.tank.checkpoint"].search(
            [("tank_id", "in", rows.tank_id.ids)]
        ).unlink()
        rows.unlink()

    # Where to begin -----------------------------------------------------------------

    @api.model
    def _to_work(self, tank, late, now):
        standard = tank.standard_id._to_standard()
        row = tank.state_ids or self.create({"tank_id": tank.id})
        devices = [tank[name].id for name in SOURCES if tank[name]]
        signature = repr((standard, [tank[name].id for name in SOURCES]))
        oldest = min((late[d] for d in devices if d in late), default=math.inf)
        if row.judged_by != signature or not row.state:
            row.judged_by = signature
            self._checkpoints(tank).unlink()
            start = self._before_batch(tank, now - _FIRST_LOOK, now)
            return Work(tank, row, standard, State(), start, True)
        state = from_json(row.state)
        if state.time is None or oldest > state.time:
            start = row.judged_until.replace(tzinfo=timezone.utc)
            return Work(tank, row, standard, state, start, False)
        return self._from_checkpoint(tank, row, standard, oldest, now)

    @api.model
    def _from_checkpoint(self, tank, row, standard, oldest, now):
        at = datetime.fromtimestamp(oldest, timezone.utc)
        kept = self._checkpoints(tank)
        before = kept.filtered(lambda one: one.time < at.replace(tzinfo=None))[:1]
        (kept.filtered(lambda one: one.time >= at.replace(tzinfo=None))).unlink()
        if before:
            start = before.time.replace(tzinfo=timezone.utc)
            return Work(tank, row, standard, from_json(before.state), start, True)
        if at < now - _FURTHEST:
            _logger.info("Readings of %s are too old to judge tank %s", at, tank.id)
            start = row.judged_until.replace(tzinfo=timezone.utc)
            return Work(tank, row, standard, from_json(row.state), start, False)
        start = self._before_batch(tank, at - timedelta(days=1), now)
        return Work(tank, row, standard, State(), start, True)

    @api.model
    def _checkpoints(self, tank, limit=None):
        """Newest first."""
        domain = [("tank_id", "=", tank.id)]
        return self.env["iot.tank.checkpoint"].search(domain, limit=limit)

    @api.model
    def _before_batch(self, tank, at, now):
        """A moment at which no known batch is cut in two."""
        naive = at.replace(tzinfo=None)
        batch = self.env["iot.tank.batch"].search(
            [
                ("tank_id", "=", tank.id),
                ("start", "<", naive),
                ("start", ">", (now - _FURTHEST).replace(tzinfo=None)),
                "|",
                ("end", "=", False),
                ("end", ">", naive),
            ],
            order="start",
            limit=1,
        )
        if batch:
            at = batch.start.replace(tzinfo=timezone.utc) - _BEFORE_BATCH
        return _floor(at)

    # What was said ------------------------------------------------------------------

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

    # What that means ----------------------------------------------------------------

    @api.model
    def _judge(self, work, readings, end, now):
        if work.start >= end:  # woken again within the same minute
            return
        outcome, start = Outcome(), work.start
        tank = work.tank._to_tank(work.standard)
        while start < end:
            until = min(end, start + _AT_ONCE) if readings is None else end
            said = self._read([work], start, until) if readings is None else readings
            samples = self._to_samples(work.tank, said)
            samples = [s for s in samples if s.time < until.timestamp()]
            part = advance(work.state, samples, tank, work.standard)
            outcome.batches |= part.batches
            outcome.coolings |= part.coolings
            outcome.over += part.over
            start = until
            if work.again:
                self._set_checkpoint(work, start)
        self._keep(work, outcome)
        self.env["iot.alert"]._follow_tank(work, outcome.over, now)
        self._show(work, end)

    @api.model
    def _set_checkpoint(self, work, at):
        self.env["iot.tank.checkpoint"].create(
            {
                "tank_id": work.tank.id,
                "time": at.replace(tzinfo=None),
                "state": to_json(work.state),
            }
        )

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
            "expected_at": arrival and arrival.likely and _naive(arrival.likely),
            "soonest_at": arrival and _finite(arrival.soonest),
            "latest_at": arrival and arrival.latest and _finite(arrival.latest),
        }
        if newest[1] is not None:
            vals |= {"temperature": newest[1], "measured_at": _naive(newest[0])}
        if newest[2] is not None:
            vals["volume"] = newest[2]
        cooling = work.state.judged.cooling
        if cooling and cooling.end:
            vals["last_milking_end"] = _naive(cooling.end)
        row.write({name: value or False for name, value in vals.items()})
        newest = self._checkpoints(work.tank, limit=1)
        if not newest or newest.time <= row.judged_until - _CHECKPOINT_EVERY:
            self._set_checkpoint(work, end)


def _is_due(tank, late, end):
    """Not twice in the same minute, unless something came late."""
    until = tank.state_ids.judged_until
    is_late = any(tank[name].id in late for name in SOURCES)
    return not until or until < end.replace(tzinfo=None) or is_late


def _runs(running, minute):
    share = running.get(minute)
    return None if share is None else share > 0


def _floor(moment):
    return moment.replace(second=0, microsecond=0)


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
