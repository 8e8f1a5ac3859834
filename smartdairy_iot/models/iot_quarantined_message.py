import inspect
import json
import logging
from datetime import datetime, timedelta, timezone

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL

from ..ingest.interpret import Interpreter
from ..ingest.message import Message, Reason, Rejection
from ..ingest.news import News
from ..ingest.quarantine import MAX_DEVICES, MAX_MESSAGES, is_usable, sightings
from ..ingest.replay import Newcomer, find_device, replay
from .iot_discovered_device import DAYS_KEPT, EXCERPT, naive

_logger = logging.getLogger(__name__)

_AT_ONCE = 10  # devices that the listener replays in one turn


class IotQuarantinedMessage(models.Model):
    """Messages of unknown devices: bounded, and replayed once the device is known."""

    _name = "iot.quarantined.message"
    _description = "Quarantined Message"
    _log_access = False
    _order = "received_at desc, id desc"
    _rec_name = "topic"

    discovered_id = fields.Many2one(
        "iot.discovered.device", required=True, readonly=True, ondelete="cascade"
    )
    topic = fields.Char(required=True, readonly=True)
    payload = fields.Text(string="Whole Payload", required=True, readonly=True)
    excerpt = fields.Char(string="Payload", compute="_compute_excerpt")
    received_at = fields.Datetime(string="Received", required=True, readonly=True)
    position = fields.Float(
        required=True, readonly=True, help="See ingest/quarantine.py."
    )

    _place_index = models.Index("(discovered_id, position)")

    def init(self):
        # Ids come and go: a stranger that sends without end must not use them all up.
        self.env.cr.execute("ALTER SEQUENCE iot_quarantined_message_id_seq CYCLE")

    @api.depends("payload")
    def _compute_excerpt(self):
        for message in self:
            message.excerpt = message.payload[:EXCERPT]

    # Room 5 -------------------------------------------------------------------------

    @api.model
    def _record(self, strangers):
        """Keep the newest of each; what finds no room is a rejected message.

        :param strangers: list of :class:`~..ingest.message.Stranger`
        :return: how many messages found no room
        """
        if not strangers:
            return 0
        found = sightings(strangers)
        usable = {key: found[key] for key in found if is_usable(key[0])}
        known = self.env["iot.discovered.device"]._sight(usable)
        self._keep({key: usable[key] for key in usable if key in known}, known)
        turned_away = [
            _to_rejection(stranger)
            for key, sighting in found.items()
            if key not in known
            for _position, stranger in sighting.messages
        ]
        self.env["iot.rejected.message"]._record(turned_away)
        return len(turned_away)

    def _keep(self, seen, known):
        rows, oldest = [], []
        for key, sighting in seen.items():
            discovered_id, before, is_ignored = known[key]
            if is_ignored:
                continue
            if (last := before + sighting.weight - MAX_MESSAGES) > 0:
                oldest.append({"discovered_id": discovered_id, "last": last})
            rows += [
                {
                    "discovered_id": discovered_id,
                    "topic": stranger.topic,
                    "payload": stranger.payload.decode(),
                    "received_at": naive(stranger.received_at).isoformat(),
                    "position": before + position,
                }
                for position, stranger in sighting.kept
            ]
        # Raw SQL: thousands of rows, in the listener. What a replay has claimed is
        # skipped: it is about to be deleted anyway.
        if oldest:
            self.env.cr.execute(SQL(_MAKE_ROOM, json.dumps(oldest), MAX_MESSAGES))
        if rows:
            self.env.cr.execute(SQL(_KEEP, json.dumps(rows)))
        self.invalidate_model()

    # Their day has come -------------------------------------------------------------

    @api.model
    def _replay(self, discovered, fleet=None):
        """Take over what is kept of these devices, and delete it.

        :param fleet: :class:`~..ingest.device.Fleet`; by default as this transaction
            sees it, with devices that it has just made
        :return: ``(readings taken over, messages or records refused)``
        """
        fleet = self._read_fleet() if fleet is None else fleet
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
        undecided._decide("registered", [known[f.id] for f in undecided])
        return len(known)

    @api.model
    def _cron_replay_known(self):
        """The safety net, where no listener runs or it is too busy."""
        try:
            found = self._replay_known()
            self.env["ir.cron"]._commit_progress(found, remaining=found)
        except psycopg2.errors.SerializationFailure as error:
            # The listener told the state of the same device at the same moment.
            self.env.cr.rollback()
            _logger.info("Replay of the quarantine put off: %s", error)

    def _read_fleet(self):
        """Not from the cache, which all share: others may not see our devices yet."""
        devices = self.env["iot.device"]
        return inspect.unwrap(type(devices)._make_listener_map)(devices, None)

    def _take(self, found):
        # Raw SQL: claimed, so that nobody else replays or drops them meanwhile. Without
        # a record for each, and with the microseconds.
        self.env.cr.execute(SQL(_CLAIM, found.id))
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
                return {id(samples[0]): _to_refusal(samples[0], error)}
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

    @api.autovacuum
    def _gc_quarantined(self):
        before = fields.Datetime.now() - timedelta(days=DAYS_KEPT)
        too_old = [("received_at", "<", before)]
        ignored = [("discovered_id.decision_ids.state", "=", "ignored")]
        self.search(["|", *too_old, *ignored]).unlink()


def _to_rejection(stranger):
    ref = stranger.device_ref[:100]
    detail = (
        f"{ref} is not registered, and {MAX_DEVICES} unknown devices wait already"
        if is_usable(stranger.device_ref)
        else f"{ref!r} is no device id"
    )
    return Rejection(
        Reason.UNKNOWN_DEVICE,
        detail,
        stranger.topic,
        stranger.payload,
        stranger.received_at,
        stranger.device_ref,
    )


def _to_refusal(sample, error):
    return Rejection(
        Reason.STORE_REFUSED,
        str(error).splitlines()[0],
        "",
        repr(sample.values).encode(),
        sample.received_at,
        sample.device_id,
    )


_KEEP = """
INSERT INTO iot_quarantined_message (discovered_id, topic, payload, received_at,
       position)
SELECT *
  FROM json_to_recordset(%s) AS said (discovered_id int, topic varchar, payload text,
       received_at timestamp, position float8)
"""
# By its index, row by row: a join would be planned as a scan of all that is kept.
_MAKE_ROOM = """
DELETE FROM iot_quarantined_message
 WHERE id = ANY(ARRAY(
       SELECT old.id
         FROM json_to_recordset(%s) AS said (discovered_id int, last float8),
              LATERAL (SELECT id
                         FROM iot_quarantined_message
                        WHERE discovered_id = said.discovered_id
                          AND position <= said.last
                        ORDER BY position
                        LIMIT %s
                          FOR UPDATE SKIP LOCKED) AS old))
"""
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
