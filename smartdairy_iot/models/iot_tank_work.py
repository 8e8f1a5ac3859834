"""Where the judgement of a tank begins: at its state, a checkpoint, or its batch."""

import logging
import math
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from odoo import api, models

from ..coldchain.monitor import State, from_json, to_json
from .farm_tank_cooling import SOURCES

_logger = logging.getLogger(__name__)

_FIRST_LOOK = timedelta(days=2)
_FURTHEST = timedelta(days=35)  # what is older changes nothing
_BEFORE_BATCH = timedelta(hours=2)
_CHECKPOINT_EVERY = timedelta(hours=1)


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
    def _to_work(self, tank, late, now):
        standard = tank.standard_id._to_standard(tank.milking_system)
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
        return floor(at)

    @api.model
    def _set_checkpoint(self, work, at):
        self.env["iot.tank.checkpoint"].create(
            {
                "tank_id": work.tank.id,
                "time": at.replace(tzinfo=None),
                "state": to_json(work.state),
            }
        )

    def _set_checkpoint_if_due(self, work, at):
        newest = self._checkpoints(work.tank, limit=1)
        if not newest or newest.time <= self.judged_until - _CHECKPOINT_EVERY:
            self._set_checkpoint(work, at)


def floor(moment):
    return moment.replace(second=0, microsecond=0)
