import json
from datetime import timedelta, timezone

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..ingest.quarantine import MAX_DEVICES
from .iot_device import DEVICE_TYPES

DAYS_KEPT = 30
EXCERPT = 150  # characters, for one line of a list
_PAYLOAD_SHOWN = 2000  # characters
_TOPIC_SHOWN = 500


class IotDiscoveredDevice(models.Model):
    """A device that sends, and that nobody has registered.

    Only the listener writes these rows; what people decide is in
    ``iot.discovered.decision``.
    """

    _name = "iot.discovered.device"
    _description = "Discovered Device"
    _log_access = False
    _order = "last_at desc, id desc"
    _rec_name = "device_ref"

    device_ref = fields.Char(string="Device", required=True, readonly=True)
    device_type = fields.Selection(DEVICE_TYPES, readonly=True)
    profile_id = fields.Many2one(
        "iot.device.profile", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    gateway_id = fields.Many2one(
        "iot.device", readonly=True, ondelete="cascade", index="btree_not_null"
    )
    farm_id = fields.Many2one(
        related="gateway_id.farm_id", help="The farm of its gateway."
    )
    topic = fields.Char(string="Newest Topic", required=True, readonly=True)
    payload = fields.Text(readonly=True, help="The beginning of the newest.")
    payload_pretty = fields.Text(
        string="Newest Message", compute="_compute_payload_pretty"
    )
    excerpt = fields.Char(string="Newest Payload", compute="_compute_excerpt")
    count = fields.Integer(string="Messages", readonly=True)
    weight = fields.Float(readonly=True, help="See ingest/quarantine.py.")
    first_at = fields.Datetime(string="First", required=True, readonly=True)
    last_at = fields.Datetime(string="Last", required=True, readonly=True, index=True)
    message_ids = fields.One2many(
        "iot.quarantined.message", "discovered_id", string="Kept Messages"
    )
    kept = fields.Integer(
        compute="_compute_kept", help="Messages that wait to be taken over."
    )
    decision_ids = fields.One2many("iot.discovered.decision", "discovered_id")
    state = fields.Selection(
        [
            ("discovered", "Discovered"),
            ("ignored", "Ignored"),
            ("registered", "Registered"),
        ],
        string="Status",
        compute="_compute_decision",
        search="_search_state",
    )
    device_id = fields.Many2one(
        "iot.device", string="Registered As", compute="_compute_decision"
    )

    _sender_unique = models.UniqueIndex(
        "(device_ref, COALESCE(profile_id, 0), COALESCE(gateway_id, 0))"
    )

    @api.depends("decision_ids.state", "decision_ids.device_id")
    def _compute_decision(self):
        for found in self:
            decision = found.decision_ids  # one row, or none
            found.state = decision.state or "discovered"
            found.device_id = decision.device_id

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = [("decision_ids.state", "in", list(value))]
        if "discovered" in value:
            return ["|", ("decision_ids", "=", False), *domain]
        return domain

    def _compute_kept(self):
        counts = dict(
            self.env["iot.quarantined.message"]._read_group(
                [("discovered_id", "in", self.ids)], ["discovered_id"], ["__count"]
            )
        )
        for found in self:
            found.kept = counts.get(found, 0)

    @api.depends("payload")
    def _compute_excerpt(self):
        for found in self:
            found.excerpt = found.payload and found.payload[:EXCERPT]

    @api.depends("payload")
    def _compute_payload_pretty(self):
        for found in self:
            found.payload_pretty = _pretty(found.payload or "")

    # What people decide -------------------------------------------------------------

    def action_register(self):
        """At once when nothing is left to ask, else by a dialog."""
        waiting = self.filtered(lambda found: found.state != "registered")
        if not waiting:
            raise UserError(_("There is nothing to register."))
        registrations = self.env["iot.discovered.device.register"]._prepare(waiting)
        if registrations._is_complete():
            return registrations.action_register()
        return registrations._open()

    def action_ignore(self):
        waiting = self.filtered(lambda found: found.state == "discovered")
        waiting._decide("ignored")
        return True

    def action_stop_ignoring(self):
        self.decision_ids.filtered(lambda d: d.state == "ignored").unlink()
        return True

    def action_view_device(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "iot.device",
            "res_id": self.device_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _decide(self, state, devices=()):
        self.decision_ids.unlink()
        self.env["iot.discovered.decision"].create(
            [
                {"discovered_id": found.id, "state": state, "device_id": device_id}
                for found, device_id in zip(
                    self, devices or [False] * len(self), strict=True
                )
            ]
        )

    def _note_registered(self, devices):
        """That they are known by now; the listener and a scheduled action may both find
        it at the same moment.

        :param devices: ``{id: id of the iot.device}``
        """
        rows = [{"id": found.id, "device": devices[found.id]} for found in self]
        # Raw SQL: whoever is second gets a serialization failure, not logged, and tries
        # again; a unique violation would end the transaction and stand in the log.
        self.env.cr.execute(SQL(_REGISTERED, json.dumps(rows)), log_exceptions=False)
        self.env["iot.discovered.decision"].invalidate_model()
        self.invalidate_recordset(["decision_ids", "state", "device_id"])

    # What the listener sees ---------------------------------------------------------

    @api.model
    def _sight(self, sightings):
        """Count them; insert those seen for the first time, as far as there is room.

        :param sightings: ``{key: Sighting}``, see :mod:`..ingest.quarantine`
        :return: ``{key: (id, weight before, is ignored)}``
        """
        known = self._lock_known(sightings)
        new = [key for key in sightings if key not in known]
        if new:
            known.update(self._insert(dict.fromkeys(new[: self._room()]), sightings))
        counted = [
            {
                "id": known[key][0],
                "count": len(sighting.messages),
                "weight": sighting.weight,
                "last_at": naive(sighting.newest.received_at).isoformat(),
                "device_type": sighting.device_type,
                "topic": sighting.newest.topic[:_TOPIC_SHOWN],
                "payload": sighting.newest.payload.decode()[:_PAYLOAD_SHOWN],
            }
            for key, sighting in sightings.items()
            if key in known
        ]
        # Raw SQL: one update for all. An upsert would use up an id for each sighting,
        # and in a few weeks all that there are.
        self.env.cr.execute(SQL(_COUNT, json.dumps(counted)))
        self.invalidate_model()
        return known

    def _lock_known(self, sightings):
        refs = list({key[0] for key in sightings})
        self.env["iot.discovered.decision"].flush_model()
        # Raw SQL: locked in order of the key, so that two listeners that see the same
        # devices never lock each other out. Not logged when the other one was faster:
        # the batch is tried again.
        self.env.cr.execute(SQL(_KNOWN, refs), log_exceptions=False)
        return {
            (ref, profile_id, gateway_id): (row_id, weight, state == "ignored")
            for row_id, ref, profile_id, gateway_id, weight, state in (
                self.env.cr.fetchall()
            )
        }

    def _room(self):
        # sudo - iot.discovered.device: there is one bound for all companies.
        waiting = self.sudo().search_count([("decision_ids", "=", False)])
        return max(0, MAX_DEVICES - waiting)

    def _insert(self, keys, sightings):
        gateways = self._existing_gateways({key[2] for key in keys if key[2]})
        profiles = self._existing_profiles({key[1] for key in keys if key[1]})
        rows = [
            {
                "device_ref": key[0],
                "profile_id": key[1],
                "gateway_id": gateways.get(key[2]),
                "topic": sightings[key].newest.topic[:_TOPIC_SHOWN],
                "first_at": naive(sightings[key].first_at).isoformat(),
            }
            for key in keys
            # Else its profile or gateway was just deleted.
            if (not key[1] or key[1] in profiles) and (not key[2] or key[2] in gateways)
        ]
        # Raw SQL: as many as there are, without a record for each.
        self.env.cr.execute(SQL(_INSERT, json.dumps(rows)))
        names = {row_id: device_id for device_id, row_id in gateways.items()}
        return {
            (ref, profile_id, names.get(gateway_id)): (row_id, 0, False)
            for row_id, ref, profile_id, gateway_id in self.env.cr.fetchall()
        }

    def _existing_gateways(self, device_ids):
        if not device_ids:
            return {}
        # sudo - iot.device: whoever registers a gateway discovers its children.
        devices = self.env["iot.device"].sudo()
        found = devices.search([("device_id", "in", list(device_ids))])
        return {device.device_id: device.id for device in found}

    def _existing_profiles(self, ids):
        # sudo - iot.device.profile: the listener serves all companies.
        return set(self.env["iot.device.profile"].sudo().browse(ids).exists().ids)

    @api.autovacuum
    def _gc_silent(self):
        """Nobody has decided, and it was not heard for so long that nothing is left."""
        before = fields.Datetime.now() - timedelta(days=DAYS_KEPT)
        domain = [("last_at", "<", before), ("decision_ids", "=", False)]
        self.search(domain).unlink()


def naive(time):
    """Odoo's columns hold UTC without a zone."""
    return time.astimezone(timezone.utc).replace(tzinfo=None)


def _pretty(payload):
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:  # it was longer than what is shown
        return payload


_KNOWN = """
SELECT found.id, found.device_ref, found.profile_id, gateway.device_id, found.weight,
       decision.state
  FROM iot_discovered_device AS found
  LEFT JOIN iot_device AS gateway ON gateway.id = found.gateway_id
  LEFT JOIN iot_discovered_decision AS decision ON decision.discovered_id = found.id
 WHERE found.device_ref = ANY(%s)
 ORDER BY found.id
   FOR NO KEY UPDATE OF found
"""
_INSERT = """
INSERT INTO iot_discovered_device (device_ref, profile_id, gateway_id, topic, count,
       weight, first_at, last_at)
SELECT device_ref, profile_id, gateway_id, topic, 0, 0, first_at, first_at
  FROM json_to_recordset(%s) AS said (device_ref varchar, profile_id int,
       gateway_id int, topic varchar, first_at timestamp)
RETURNING id, device_ref, profile_id, gateway_id
"""
_REGISTERED = """
INSERT INTO iot_discovered_decision (discovered_id, state, device_id, create_date)
SELECT id, 'registered', device, now() AT TIME ZONE 'UTC'
  FROM json_to_recordset(%s) AS known (id int, device int)
    ON CONFLICT (discovered_id) DO NOTHING
"""
_COUNT = """
UPDATE iot_discovered_device AS found
   SET count = least(found.count::bigint + said.count, 2147483647),
       weight = found.weight + said.weight,
       last_at = greatest(found.last_at, said.last_at),
       device_type = coalesce(said.device_type, found.device_type),
       topic = said.topic,
       payload = said.payload
  FROM json_to_recordset(%s) AS said (id int, count int, weight float8,
       last_at timestamp, device_type varchar, topic varchar, payload text)
 WHERE found.id = said.id
"""
