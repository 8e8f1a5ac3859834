from odoo import fields, models

from .iot_calibration_fit import FACTOR


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    iot_calibration_factor = fields.Float(
        "Times the usual limit", default=1.0, config_parameter=FACTOR
    )
