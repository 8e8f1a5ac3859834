import json
import uuid
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..control.message import command_message
from ..ingest.topic import commands_topic
from ..notify.mqtt import to_payload
from ..notify.publication import Publication
from .iot_control_message import STATES, to_aware

COMMANDS = [
    ("restart", "Restart"),
    ("identify", "Identify (blink)"),
    ("sync_time", "Set the Clock"),
    ("rescan", "Look for Devices"),
    ("custom", "Custom"),
]
_MINUTES = (1, 7 * 24 * 60)
_MANAGER = "smartdairy_iot.group_iot_manager"
_LONGEST = 16384  # characters of a custom command


class IotCommand(models.Model):
    """Something that a gateway is to do once.

    Not retained, and it says until when it may be done: the broker drops it then, and
    a gateway that has it must not do it any more.
    """

    _name = "iot.command"
    _description = "Command to a Gateway"
    _inherit = ["iot.control.message"]
    _order = "id desc"
    _rec_name = "command"
    _kind = "command"

    command = fields.Selection(COMMANDS, required=True, readonly=True)
    parameters = fields.Json("Parameters as Data", readonly=True)
    parameters_text = fields.Char("Parameters", compute="_compute_parameters_text")
    reference = fields.Char(string="Command ID")
    state = fields.Selection(
        [(key, "Done" if key == "applied" else label) for key, label in STATES]
    )

    _reference_unique = models.Constraint("UNIQUE(reference)")

    @api.depends("parameters")
    def _compute_parameters_text(self):
        for row in self:
            row.parameters_text = row.parameters and json.dumps(
                row.parameters, ensure_ascii=False
            )

    @api.model
    def _queue(self, gateways, command, minutes, parameters=None):
        """Checked here, whoever calls.

        :param parameters: a dictionary, of a custom command
        """
        gateways._check_technician()
        if command == "custom" and not self.env.user.has_group(_MANAGER):
            raise AccessError(_("Only a manager may send a custom command."))
        if not _MINUTES[0] <= minutes <= _MINUTES[1]:
            raise ValidationError(
                _(
                    "A command expires after %(low)s to %(high)s minutes.",
                    low=_MINUTES[0],
                    high=_MINUTES[1],
                )
            )
        if parameters and len(json.dumps(parameters)) > _LONGEST:
            raise ValidationError(
                _("At most %(count)s characters are sent.", count=_LONGEST)
            )
        for device in gateways:
            if device.device_type != "gateway" or device.state in ("draft", "retired"):
                raise UserError(
                    _(
                        "%(name)s takes no commands: only gateways do, and neither as "
                        "drafts nor retired.",
                        name=device.name,
                    )
                )
        until = fields.Datetime.now() + timedelta(minutes=minutes)
        # sudo - iot.command: written by nobody directly; checked above.
        rows = self.sudo().create(
            [
                {
                    "device_id": device.id,
                    "command": command,
                    "parameters": parameters or False,
                    "reference": str(uuid.uuid4()),
                    "expires_at": until,
                }
                for device in gateways
            ]
        )
        self._wake()
        return rows

    def _to_publications(self):
        left = (self.expires_at - fields.Datetime.now()).total_seconds()
        message = command_message(
            self.reference,
            self.command,
            self.parameters,
            to_aware(self.queued_at),
            to_aware(self.expires_at),
        )
        topic = commands_topic(self.device_id.device_id)
        payload = to_payload(message)
        return [Publication(topic, payload, expires_in=max(1, int(left)))]

    @api.autovacuum
    def _gc_old(self):
        """A year of them is kept."""
        before = fields.Datetime.now() - timedelta(days=365)
        old = self.search([("queued_at", "<", before)], limit=10000)
        old.unlink()
        return len(old), len(old) == 10000
