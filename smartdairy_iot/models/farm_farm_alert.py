from odoo import fields, models


class FarmFarm(models.Model):
    """How a farm handles its alerts."""

    _inherit = "farm.farm"

    haccp_mode = fields.Selection(
        [
            ("none", "Not needed"),
            ("severe", "For high and critical alerts"),
            ("always", "For every alert"),
        ],
        string="HACCP Report",
        required=True,
        default="none",
        tracking=True,
        help="Whether an acknowledgement must say the cause and what was done.",
    )
    haccp_kinds = fields.Selection(
        [
            ("measured", "What is measured: limits, changes, missing readings"),
            ("all", "The devices, too: offline, battery, clock …"),
        ],
        string="HACCP Report About",
        required=True,
        default="measured",
        tracking=True,
        help="A low battery has no corrective action for the milk.",
    )
    alert_count = fields.Integer(string="Open Alerts", compute="_compute_alert_count")

    def _compute_alert_count(self):
        counts = dict(
            self.env["iot.alert"]._read_group(
                [("farm_id", "in", self.ids), ("is_open", "=", True)],
                ["farm_id"],
                ["__count"],
            )
        )
        for farm in self:
            farm.alert_count = counts.get(farm, 0)

    def action_view_alerts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_alert_action"
        )
        action["domain"] = [("farm_id", "=", self.id)]
        return action
