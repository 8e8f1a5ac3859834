from datetime import timezone

from odoo import fields, models

from odoo.addons.base.models.res_partner import _tz_get


class FarmFarm(models.Model):
    _name = "farm.farm"
    _description = "Farm"
    _inherit = ["farm.owned", "mail.thread", "bus.listener.mixin"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    code = fields.Char(help="Short name, used in MQTT topics.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
    tz = fields.Selection(
        _tz_get,
        string="Timezone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
        help="A day, and a timestamp without a zone, are meant in this timezone.",
    )
    latitude = fields.Float(digits=(10, 6), help="Where the map shows its devices.")
    longitude = fields.Float(digits=(10, 6))
    user_ids = fields.Many2many(
        "res.users",
        string="Allowed Users",
        help="Who sees this farm. Nobody chosen: every IoT user of the company.",
    )
    device_ids = fields.One2many("iot.device", "farm_id", string="Devices")
    tank_ids = fields.One2many("farm.tank", "farm_id", string="Tanks")
    stall_ids = fields.One2many("farm.stall", "farm_id", string="Stalls")
    animal_ids = fields.One2many("farm.animal", "farm_id", string="Animals")
    device_count = fields.Integer(compute="_compute_device_count")

    _code_unique = models.Constraint(
        "UNIQUE(company_id, code)", "Another farm of this company has this code."
    )
    _position_on_earth = models.Constraint(
        "CHECK(latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)",
        "A latitude lies between -90 and 90, a longitude between -180 and 180.",
    )

    def _compute_device_count(self):
        counts = dict(
            self.env["iot.device"]._read_group(
                [("farm_id", "in", self.ids)], ["farm_id"], ["__count"]
            )
        )
        for farm in self:
            farm.device_count = counts.get(farm, 0)

    def write(self, vals):
        if not {"tz", "company_id"}.isdisjoint(vals):
            self.env["iot.device"]._forget_listener_map()
        return super().write(vals)

    def action_view_devices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_device_action"
        )
        action["domain"] = [("farm_id", "=", self.id)]
        action["context"] = {"default_farm_id": self.id}
        return action


def to_iso(value):
    """Odoo's naive UTC datetime as ISO 8601 with its zone, or False."""
    return value.replace(tzinfo=timezone.utc).isoformat() if value else False
