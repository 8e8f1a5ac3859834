import json

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..models.iot_command import COMMANDS


class IotCommandSend(models.TransientModel):
    _name = "iot.command.send"
    _description = "Send a Command"

    device_ids = fields.Many2many(
        "iot.device",
        string="Gateways",
        required=True,
        domain=[("device_type", "=", "gateway")],
    )
    command = fields.Selection("_get_commands", required=True, default="identify")
    minutes = fields.Integer(
        "Valid for (min)",
        default=10,
        required=True,
        help="A gateway that connects later must not do it any more.",
    )
    parameters = fields.Text(default="{}")
    is_offline = fields.Boolean(compute="_compute_is_offline")

    @api.model
    def _get_commands(self):
        labels = self.env["iot.command"]._fields["command"]
        labels = dict(labels._description_selection(self.env))
        is_manager = self.env.user.has_group("smartdairy_iot.group_iot_manager")
        return [
            (key, labels[key])
            for key, _label in COMMANDS
            if key != "custom" or is_manager
        ]

    @api.depends("device_ids")
    def _compute_is_offline(self):
        for wizard in self:
            wizard.is_offline = not all(wizard.device_ids.mapped("is_online"))

    def action_confirm(self):
        self.ensure_one()
        parameters = None
        if self.command == "custom":
            parameters = self._parse_parameters()
        rows = self.env["iot.command"]._queue(
            self.device_ids, self.command, self.minutes, parameters
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_command_action"
        )
        return action | {"domain": [("id", "in", rows.ids)]}

    def _parse_parameters(self):
        try:
            parameters = json.loads(self.parameters or "{}")
        except ValueError as error:
            raise ValidationError(
                _("This is no JSON: %(problem)s", problem=error)
            ) from None
        if not isinstance(parameters, dict):
            raise ValidationError(_('Write an object, such as {"relay": 2}.'))
        return parameters
