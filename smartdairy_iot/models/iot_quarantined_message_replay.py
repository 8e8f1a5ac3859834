import logging
from datetime import datetime, timedelta, timezone

import psycopg2

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ..ingest.interpret import Interpreter
from ..ingest.message import Message
from ..ingest.news import News
from ..ingest.replay import Newcomer, find_device, replay
from .iot_discovered_device import naive

_logger = logging.getLogger(__name__)

_AT_ONCE = 10  # devices that the listener replays in one turn


class IotQuarantinedMessage(models.Model):
    """The day of the kept messages has come: their device is known."""

    _inherit = "iot.quarantined.message"

    @api.model
    def _replay(self, discovered, fleet=None):
        """Take over what is kept of these devices, and delete it.

        :param fleet: :class:`~..ingest.device.Fleet`; by default as this transaction
            sees it, with devices that it has just made
        :return: ``(readings taken over, messages or records refused)``
        """
        if fleet is None:
            fleet = self.env["iot.device"]._read_listener_map()
        interpreter, news = Interpreter(fleet), News()
        taken = refused = 0
        for found in discovered:  # one by one: each has its bound, all have none
            gateway_id = found.gateway_id.device_id or None
            device = find_device(
                fleet, found.device_ref, found.profile_id.id, gateway_id
            )
            if device is None or not device.is_active:
                continue
            newcomer = Newcomer(found.device_ref, gateway_id, device.device_id)
            batch = replay(self._take(found), newcomer, interpreter)
            news.add(batch)
            self._store(batch)
            taken += len(batch.samples)
            refused += len(batch.rejections)
        self._tell(news, fleet)
        self.invalidate_model()
        return taken, refused

    @api.model
    def _replay_known(self, limit=_AT_ONCE):
        """Replay what belongs to devices known by now: registered by hand, imported.

        :return: how many devices there were, at most ``limit``
        """
        self.env.flush_all()
        # Raw SQL: asked every few seconds, so one query that finds nothing.
        self.env.cr.execute(_WAITING)
        if not (waiting := self.env.cr.fetchall()):
            return 0
        fleet = self.env["iot.device"]._get_listener_map()
        known, lost = {}, []
        for discovered_id, is_registered, *names in waiting:
            device = find_device(fleet, *names)
            if device is None:
                lost += [discovered_id] * is_registered
            elif device.is_active and len(known) < limit:
                known[discovered_id] = device.id
        # Its device was given another name: once more it is nobody's.
        self.env["iot.discovered.device"].browse(lost).decision_ids.unlink()
        found = self.env["iot.discovered.device"].browse(known)
        self._replay(found, fleet)
        undecided = found.filtered(lambda f: f.state == "discovered")
        undecided._note_registered(known)
        return len(known)

    @api.model
    def _cron_replay_known(self):
        """The safety net, where no listener runs or it is too busy."""
        try:
            found = self._replay_known()
            self.env["ir.cron"]._commit_progress(found, remaining=found)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
            # The listener pushed out a message, or told a device, at the same moment.
            self.env.cr.rollback()
            _logger.info("Replay of the quarantine put off: %s", error)

    def _take(self, found):
        # Raw SQL: claimed, so that nobody else replays or drops them meanwhile. Without
        # a record for each, and with the microseconds. Not logged when the listener has
        # just pushed one of them out: whoever asked tries again.
        self.env.cr.execute(SQL(_CLAIM, found.id), log_exceptions=False)
        rows = self.env.cr.fetchall()
        ids = [row[0] for row in rows]
        if ids:
            self.env.cr.execute(
                SQL("DELETE FROM iot_quarantined_message WHERE id = ANY(%s)", ids)
            )
        return [
            Message(topic, payload.encode(), at.replace(tzinfo=timezone.utc))
            for _id, topic, payload, at in rows
        ]

    def _store(self, batch):
        now = datetime.now(timezone.utc)
        for sample in batch.samples:
            # The rules judge what came in since they last looked: that is now.
            sample.received_at = now
        refused = self._insert(batch.samples)
        batch.samples = [s for s in batch.samples if id(s) not in refused]
        batch.rejections += refused.values()
        self.env["iot.store"]._insert_status(batch.statuses)
        self.env["iot.rejected.message"]._record(batch.rejections)
        self._record(batch.strangers)  # the children of a gateway just registered

    def _insert(self, samples):
        """Halve them until one that no column can take stands alone.

        :return: ``{id of the sample: Rejection}``
        """
        try:
            with self.env.cr.savepoint():
                self.env["iot.store"]._insert(samples)
            return {}
        except psycopg2.DataError as error:
            middle = len(samples) // 2
            if not middle:
                return {id(samples[0]): samples[0].refused_by_store(error)}
            return self._insert(samples[:middle]) | self._insert(samples[middle:])

    def _tell(self, news, fleet):
        """What was said long ago must not hide what is known now."""
        devices, wakes_rules = news.take()
        ids = {fleet[device_id].id: told for device_id, told in devices.items()}
        now = fields.Datetime.now()
        # sudo - iot.device: a gateway's child may be of another company.
        for device in self.env["iot.device"].sudo().browse(ids):
            told, live = ids[device.id], device.live_ids
            seen = naive(told.last_seen)
            if live.last_seen and live.last_seen >= seen:
                told.battery = told.signal = told.firmware = None
                told.is_online = live.is_online
            elif seen + timedelta(seconds=device.offline_after) < now:
                told.is_online = False
        self.env["iot.device.state"]._apply(devices, fleet)
        self.env["iot.device.state"].invalidate_model()
        if wakes_rules:
            self.env["iot.alert"]._wake_rules()


_CLAIM = """
SELECT id, topic, payload, received_at
  FROM iot_quarantined_message
 WHERE discovered_id = %s
 ORDER BY received_at, id
   FOR UPDATE SKIP LOCKED
"""
# Nobody has decided, or the device was registered while its messages were on their way.
_WAITING = """
SELECT found.id, decision.id IS NOT NULL, found.device_ref, found.profile_id,
       gateway.device_id
  FROM iot_discovered_device AS found
  LEFT JOIN iot_device AS gateway ON gateway.id = found.gateway_id
  LEFT JOIN iot_discovered_decision AS decision ON decision.discovered_id = found.id
  LEFT JOIN LATERAL (SELECT TRUE FROM iot_quarantined_message AS kept
                      WHERE kept.discovered_id = found.id LIMIT 1) AS kept (waits)
       ON TRUE
 WHERE decision.id IS NULL
    OR (decision.state = 'registered' AND kept.waits)
"""
