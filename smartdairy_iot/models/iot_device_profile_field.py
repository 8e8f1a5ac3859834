from odoo import api, fields, models

from ..ingest.mapping import MappingField
from .iot_threshold import READING_TYPES

TARGETS = [
    *READING_TYPES,
    ("timestamp", "Time"),
    ("firmware", "Firmware"),
    ("type", "Event of a Milking"),
    ("session_id", "Milking Session"),
    ("animal_id", "Animal"),
    ("location_type", "Type of Place"),
    ("location_id", "Place"),
    ("device", "Device of this Record"),
]


class IotDeviceProfileField(models.Model):
    """One line of a payload mapping."""

    _name = "iot.device.profile.field"
    _description = "Payload Mapping Line"
    _inherit = ["iot.listener.mapped"]
    _order = "sequence, id"
    _rec_name = "expression"

    profile_id = fields.Many2one(
        "iot.device.profile", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    expression = fields.Char(
        string="Where It Stands",
        required=True,
        help="A JMESPath: temperature, object.temperature, "
        '"DS18B20-1".Temperature (quotes around names with other signs).',
    )
    target = fields.Selection(TARGETS, string="What It Is", required=True)
    channel = fields.Char(
        help="The probe or child that measures it, when one message speaks for several."
    )
    unit = fields.Char(
        help="Empty: the usual unit. Or °F, kPa, gal …, or = and where the payload "
        "says it, such as =TempUnit."
    )

    @api.constrains("expression", "target", "channel", "unit", "sequence")
    def _check_mapping(self):
        self.profile_id._check_mapping()

    def _to_mapping_field(self):
        self.ensure_one()
        return MappingField(
            self.expression.strip(),
            self.target,
            (self.channel or "").strip(),
            (self.unit or "").strip(),
        )
