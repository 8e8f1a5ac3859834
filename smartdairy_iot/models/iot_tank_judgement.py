"""What the tanks' sensors said becomes phases, batches, coolings and alerts.

By ``ir.cron``, every minute and woken by the listener. A minute is judged when it has
been over for a minute. What comes later than that, the listener tells
(``iot.tank.late``), and the tank is judged again from the checkpoint before it.
"""

import logging
from datetime import datetime, timedelta, timezone

import psycopg2

from odoo import api, fields, models

from ..coldchain.monitor import advance
from ..coldchain.records import Outcome
from ..errors import another_time
from .farm_tank_cooling import SOURCES
from .iot_tank_work import floor

_logger = logging.getLogger(__name__)

_SETTLES = timedelta(seconds=120)  # since a minute began
_RECENT = timedelta(hours=2)  # such tanks are read together
_AT_ONCE = timedelta(days=1)


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
        end = floor(now - _SETTLES + timedelta(minutes=1))
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


def _is_due(tank, late, end):
    """Not twice in the same minute, unless something came late."""
    until = tank.state_ids.judged_until
    is_late = any(tank[name].id in late for name in SOURCES)
    return not until or until < end.replace(tzinfo=None) or is_late
