from datetime import timedelta

from odoo import _, api, fields, models

from ..control.message import config_message
from ..notify.mqtt import to_payload
from ..notify.publication import Publication

WAITS = timedelta(days=7)  # then nobody waits for the answer any more
_KEPT_DAYS = 365
_DROPPED_AT_ONCE = 10000


class IotDeviceConfig(models.Model):
    """A version of a device's configuration: what it was told, and what came of it.

    The broker keeps the newest (it is retained), so a device that is offline has it
    as soon as it connects.
    """

    _name = "iot.device.config"
    _description = "Configuration of a Device"
    _inherit = ["iot.control.message"]
    _order = "id desc"
    _rec_name = "version"
    _kind = "config"

    version = fields.Integer(required=True, readonly=True)
    reference = fields.Char(string="Hash")
    settings = fields.Json("Settings as Data", readonly=True)
    settings_text = fields.Char("Settings", compute="_compute_settings_text")
    is_current = fields.Boolean(default=True, readonly=True)
    is_taken_back = fields.Boolean(
        readonly=True, help="The broker is told to forget it: the device is retired."
    )
    target_id = fields.Many2one(
        "iot.firmware.target",
        "Firmware Offer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _version_unique = models.Constraint("UNIQUE(device_id, version)")
    _one_current = models.UniqueIndex("(device_id) WHERE is_current")

    @api.depends("version", "device_id")
    def _compute_display_name(self):
        for config in self:
            config.display_name = f"{config.device_id.device_id} #{config.version}"

    @api.depends("settings")
    def _compute_settings_text(self):
        for config in self:
            config.settings_text = ", ".join(
                f"{key} = {value}" for key, value in (config.settings or {}).items()
            )

    def _to_message(self):
        firmware = self.target_id._to_offer() if self.target_id else None
        name = self.device_id.device_id
        message = config_message(name, self.version, self.settings or {}, firmware)
        return message | {"hash": self.reference}

    @api.depends("is_taken_back")
    def _compute_status_text(self):
        super()._compute_status_text()
        for config in self:
            if config.is_taken_back and config.state == "sent":
                config.status_text = _("Taken back: the device is retired")

    def _to_publications(self):
        """On its own topic, and for the gateway that it stands behind."""
        payload = b"" if self.is_taken_back else to_payload(self._to_message())
        topics = self.device_id._config_topics()
        return [Publication(topic, payload, retain=True) for topic in topics]

    def _settle(self, outcome):
        super()._settle(outcome)
        if outcome.is_sent and not self.is_taken_back:
            self.expires_at = self.sent_at + WAITS
            self.target_id._be_offered()

    def _is_answerable(self):
        return self.is_current and super()._is_answerable()

    def _take_answer(self, answer):
        if not super()._take_answer(answer):
            return False
        if answer.firmware:
            self.target_id._take_progress(answer.firmware)
        return True

    @api.autovacuum
    def _gc_old(self):
        """Versions that something newer has replaced a year ago."""
        before = fields.Datetime.now() - timedelta(days=_KEPT_DAYS)
        old = [("is_current", "=", False), ("queued_at", "<", before)]
        dropped = self.search(old, limit=_DROPPED_AT_ONCE)
        dropped.unlink()
        return len(dropped), len(dropped) == _DROPPED_AT_ONCE

    @api.model
    def _queue(self, told, takes_back=False):
        """A new version for each device, in place of what it was told before.

        :param told: ``{iot.device: (settings, iot.firmware.target)}``
        :param takes_back: nothing is told: what the broker keeps is taken away
        """
        devices = self.env["iot.device"].union(*told)
        current = self.search(
            [("device_id", "in", devices.ids), ("is_current", "=", True)]
        )
        last = {config.device_id: config.version for config in current}
        current.filtered(lambda c: c.state in ("queued", "sent", "expired")).write(
            {"state": "superseded"}
        )
        current.write({"is_current": False})
        current.flush_recordset()
        now = fields.Datetime.now()
        rows = []
        for device, (settings, target) in told.items():
            version = last.get(device, 0) + 1
            offer = target._to_offer() if target else None
            message = config_message(device.device_id, version, settings, offer)
            rows.append(
                {
                    "device_id": device.id,
                    "version": version,
                    "reference": message["hash"],
                    "settings": settings,
                    "target_id": target.id,
                    "is_taken_back": takes_back,
                    "queued_at": now,
                }
            )
        self._wake()
        return self.create(rows)

    @api.model
    def _due_domain(self):
        return [("is_current", "=", True), *super()._due_domain()]
