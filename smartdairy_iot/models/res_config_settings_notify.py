from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    iot_storm_rate = fields.Integer(
        "Messages before a digest",
        default=5,
        config_parameter="smartdairy_iot.storm_rate",
    )
    iot_storm_minutes = fields.Integer(
        "Within so many minutes",
        default=5,
        config_parameter="smartdairy_iot.storm_minutes",
    )
