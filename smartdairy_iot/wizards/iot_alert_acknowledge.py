from odoo import api, fields, models

from ..models.iot_alert import CAUSES
from ..models.iot_alert_life import REPORT


class IotAlertAcknowledge(models.TransientModel):
    """Cause and corrective action, of one alert or the same of several."""

    _name = "iot.alert.acknowledge"
    _description = "Acknowledge Alerts"

    alert_ids = fields.Many2many("iot.alert", required=True)
    cause = fields.Selection(CAUSES)
    cause_note = fields.Char(string="Details")
    corrective_action = fields.Text()
    is_resolved = fields.Boolean(help="They end, even if the condition still holds.")
    needs_report = fields.Boolean(compute="_compute_needs_report")

    @api.depends("alert_ids")
    def _compute_needs_report(self):
        for wizard in self:
            wizard.needs_report = any(wizard.alert_ids.mapped("needs_report"))

    def action_confirm(self):
        self.ensure_one()
        report = {name: self[name] for name in REPORT}
        if self.is_resolved:
            return self.alert_ids._resolve_open(**report)
        return self.alert_ids._acknowledge_open(**report)
