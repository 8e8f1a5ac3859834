import secrets

from odoo import fields, models


class IotDeviceTag(models.Model):
    """A word by which devices are found again, such as Rental or To Be Replaced."""

    _name = "iot.device.tag"
    _description = "Tag of Devices"
    _inherit = ["farm.owned"]
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    color = fields.Integer(default=lambda self: 1 + secrets.randbelow(11))
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.user._company_of_new(),
        help="Empty: of all companies.",
    )

    _name_unique = models.UniqueIndex(
        "(name, coalesce(company_id, 0))", "There is a tag of this name already."
    )
