from odoo import fields, models


class IotDeviceProfile(models.Model):
    _inherit = "iot.device.profile"

    calibration_months = fields.Integer(
        string="Calibrate Every (months)",
        help="When the next calibration of such a device is due. 0: never.",
    )

    _calibration_months_positive = models.Constraint(
        "CHECK(calibration_months >= 0)",
        "Calibrate Every is a number of months; 0 for never.",
    )
