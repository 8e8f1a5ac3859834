import json
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..ingest.message import EXCERPT as EXCERPT_BYTES
from ..ingest.message import Reason, Rejection
from ..ingest.quarantine import (
    AGAIN_WITHIN,
    MAX_BYTES,
    MAX_DEVICES,
    MAX_MESSAGES,
    identity,
    is_usable,
    sightings,
    without_copies,
)
from .iot_discovered_device import DAYS_KEPT, EXCERPT, naive


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
        :return: how many messages were turned away: recorded as rejected, because their
            name cannot be used or there is no room for another device or so many bytes
            at once. Those of an ignored device, and those that newer ones push out, are
            not among them.
        """
        if not strangers:
            return 0
        found = sightings(self._leave_copies_out(strangers))
        usable = {key: found[key] for key in found if is_usable(key[0])}
        known = self.env["iot.discovered.device"]._sight(usable)
        crowded_out = self._keep(
            {key: usable[key] for key in usable if key in known}, known
        )
        turned_away = [
            _to_rejection(stranger, _TOO_MUCH) for stranger in crowded_out
        ] + [
            _to_rejection(stranger, _why_unknown(stranger))
            for key, sighting in found.items()
            if key not in known
            for _position, stranger in sighting.messages
        ]
        self.env["iot.rejected.message"]._record(turned_away)
        return len(turned_away)

    def _leave_copies_out(self, strangers):
        """Those without a time of their own have nothing else to tell them by."""
        again = [s for s in strangers if s.redelivered and is_usable(s.device_ref)]
        if not again:
            return strangers
        since = naive(min(s.received_at for s in again) - AGAIN_WITHIN)
        names = ("device_ref", "topic", "payload")
        said = [
            dict(zip(names, key, strict=True))
            for key in dict.fromkeys(map(identity, again))
        ]
        # Raw SQL: compared where they are; their payloads may be long.
        self.env.cr.execute(SQL(_KEPT, json.dumps(said), since))
        kept = {tuple(key): count for *key, count in self.env.cr.fetchall()}
        return without_copies(strangers, kept)

    def _keep(self, seen, known):
        """:return: the messages that there was no place for"""
        rows, oldest, crowded_out, size = [], [], [], 0
        for key, sighting in seen.items():
            discovered_id, before, is_ignored = known[key]
            if is_ignored:
                continue
            if (last := before + sighting.weight - MAX_MESSAGES) > 0:
                oldest.append({"discovered_id": discovered_id, "last": last})
            for position, stranger in sighting.kept:
                size += len(stranger.payload)
                if size > MAX_BYTES:
                    crowded_out.append(stranger)
                    continue
                rows.append(_to_row(discovered_id, before + position, stranger))
        # Raw SQL: thousands of rows, in the listener. What a replay has claimed is
        # skipped: it is about to be deleted anyway.
        if oldest:
            # Not logged when one was claimed and is deleted: the batch is tried again.
            make_room = SQL(_MAKE_ROOM, json.dumps(oldest), MAX_MESSAGES)
            self.env.cr.execute(make_room, log_exceptions=False)
        if rows:
            self.env.cr.execute(SQL(_KEEP, json.dumps(rows)))
        self.invalidate_model()
        return crowded_out

    @api.autovacuum
    def _gc_quarantined(self):
        before = fields.Datetime.now() - timedelta(days=DAYS_KEPT)
        too_old = [("received_at", "<", before)]
        ignored = [("discovered_id.decision_ids.state", "=", "ignored")]
        self.search(["|", *too_old, *ignored]).unlink()


def _to_row(discovered_id, position, stranger):
    return {
        "discovered_id": discovered_id,
        "topic": stranger.topic,
        "payload": stranger.payload.decode(),
        "received_at": naive(stranger.received_at).isoformat(),
        "position": position,
    }


def _why_unknown(stranger):
    ref = stranger.device_ref[:100]
    if is_usable(stranger.device_ref):
        return (
            f"{ref} is not registered, and {MAX_DEVICES} unknown devices wait already"
        )
    return f"{ref!r} is no device id"


def _to_rejection(stranger, detail):
    return Rejection(
        Reason.UNKNOWN_DEVICE,
        detail,
        stranger.topic,
        stranger.payload[:EXCERPT_BYTES],
        stranger.received_at,
        stranger.device_ref,
        len(stranger.payload),
    )


_TOO_MUCH = (
    "its device is not registered, and more than "
    f"{MAX_BYTES // 1024**2} MiB came of such devices at once"
)


_KEPT = """
SELECT said.device_ref, said.topic, said.payload, count(*)
  FROM json_to_recordset(%s) AS said (device_ref varchar, topic varchar, payload text)
  JOIN iot_discovered_device AS found ON found.device_ref = said.device_ref
  JOIN iot_quarantined_message AS kept ON kept.discovered_id = found.id
 WHERE (kept.topic, kept.payload) = (said.topic, said.payload)
   AND kept.received_at >= %s
 GROUP BY said.device_ref, said.topic, said.payload
"""
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
