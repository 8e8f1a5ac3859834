from datetime import datetime, timedelta, timezone

from odoo import _, api, fields, models

from ..control.firmware import OPEN, sign
from ..control.message import to_text
from ..settings import get_settings


class IotFirmwareTarget(models.Model):
    """One device of a campaign.

    It has applied the firmware when it reports the new version, and not before.
    """

    _name = "iot.firmware.target"
    _description = "Device of a Firmware Campaign"
    _order = "campaign_id desc, stage, id"
    _rec_name = "device_id"

    campaign_id = fields.Many2one(
        "iot.firmware.campaign",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    firmware_id = fields.Many2one(related="campaign_id.firmware_id")
    device_id = fields.Many2one(
        "iot.device", required=True, readonly=True, index=True, ondelete="cascade"
    )
    farm_id = fields.Many2one(related="device_id.farm_id", store=True, index=True)
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    stage = fields.Integer(readonly=True)
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("offered", "Offered"),
            ("downloading", "Downloading"),
            ("applied", "Applied"),
            ("failed", "Failed"),
            ("skipped", "Skipped"),
        ],
        default="queued",
        required=True,
        readonly=True,
        index=True,
    )
    is_offered = fields.Boolean(readonly=True, help="Its stage is open.")
    offered_at = fields.Datetime(readonly=True)
    downloading_at = fields.Datetime("Downloaded From", readonly=True)
    ended_at = fields.Datetime("Ended", readonly=True)
    expires_at = fields.Datetime("Given Up", readonly=True)
    reason = fields.Char(readonly=True)
    reported = fields.Char("Runs Now", related="device_id.firmware_version")

    _device_once = models.Constraint("UNIQUE(campaign_id, device_id)")

    @api.model
    def _open_offers(self, devices):
        """``{device id: target}`` of what the devices' messages must offer; the newest
        campaign wins."""
        found = self.search(
            [
                ("device_id", "in", devices.ids),
                ("is_offered", "=", True),
                ("state", "in", OPEN),
            ],
            order="id",
        )
        return {target.device_id.id: target for target in found}

    def _offer(self):
        """Put it into the message of each device that needs it."""
        until = fields.Datetime.now() + timedelta(hours=self.campaign_id.offer_hours)
        needy = self.browse()
        busy = self._open_offers(self.device_id)
        for target in self:
            device = target.device_id
            if device.state != "active":
                target._end("skipped", _("The device is not active."))
            elif device.firmware_version == target.firmware_id.version:
                target._end("skipped", _("It has this version already."))
            elif device.id in busy:
                other = busy[device.id].campaign_id.name
                target._end("skipped", _("It is busy with %(other)s.", other=other))
            else:
                needy |= target
        needy.write({"is_offered": True, "expires_at": until})
        needy.device_id._queue_config()

    def _be_offered(self):
        """The broker has the message: the device has it now, or when it connects."""
        self.filtered(lambda target: target.state == "queued").write(
            {"state": "offered", "offered_at": fields.Datetime.now()}
        )

    def _to_offer(self):
        """What its message says."""
        firmware = self.firmware_id
        expires = self.expires_at.replace(tzinfo=timezone.utc)
        seconds = int(expires.timestamp())
        signature = sign(
            get_settings().webhook_secret, self.id, self.device_id.device_id, seconds
        )
        path = f"/smartdairy_iot/firmware/{self.id}/{seconds}/{signature}"
        return {
            "version": firmware.version,
            "sha256": firmware.sha256,
            "size": firmware.size,
            "url": self.get_base_url() + path,
            "expires_at": to_text(expires),
        }

    def _take_progress(self, firmware):
        """:param firmware: what an answer says of it, see ``control/answer.py``"""
        if self.state not in OPEN or firmware["version"] != self.firmware_id.version:
            return
        if firmware["status"] == "downloading":
            self._be_downloading()
        else:
            self._end("failed", firmware["reason"] or _("The device refuses it."))

    def _be_downloading(self):
        self.filtered(lambda target: target.state in ("queued", "offered")).write(
            {"state": "downloading", "downloading_at": fields.Datetime.now()}
        )

    def _look(self):
        """Which of them report the new version, and which have had their time."""
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        for target in self:
            if target.device_id.firmware_version == target.firmware_id.version:
                target._end("applied")
            elif target.device_id.state == "retired":
                target._end("skipped", _("The device is retired."))
            elif target.expires_at and target.expires_at < now:
                target._end(
                    "failed",
                    _("It has not reported the new version in time.")
                    if target.downloading_at
                    else _("It has not fetched the file in time."),
                )

    def _end(self, state, reason=False):
        """And no longer offer it."""
        was_offered = self.filtered("is_offered")
        self.write(
            {
                "state": state,
                "reason": reason,
                "ended_at": fields.Datetime.now(),
                "is_offered": False,
            }
        )
        was_offered.device_id._queue_config()
