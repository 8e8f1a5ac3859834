import re
import secrets

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..ingest import topic

DEVICE_TYPES = [
    ("temperature", "Temperature Sensor"),
    ("milk_meter", "Milk Meter"),
    ("ph_sensor", "pH Sensor"),
    ("flow_sensor", "Flow Sensor"),
    ("humidity", "Humidity Sensor"),
    ("pressure", "Pressure Sensor"),
    ("gateway", "IoT Gateway"),
]
LOCATION_TYPES = [
    ("raw_milk", "Raw Milk"),
    ("pasteurized", "Pasteurized"),
    ("transport", "Transport"),
    ("storage", "Storage"),
    ("default", "Other"),
]
# No topic separator or wildcard, nothing that COPY or a certificate would escape, and
# no leading sign that a command line would take for an option.
_DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,49}")

_ON_A_FARM = ("tank_id", "stall_id")


class IotDevice(models.Model):
    _name = "iot.device"
    _description = "IoT Device"
    _inherit = ["mail.thread", "mail.activity.mixin", "image.mixin", "farm.owned"]
    _order = "name, id"
    # Two farms each have a "Tank 1": people look for the ID on the label.
    _rec_names_search = ["name", "device_id"]

    name = fields.Char(
        string="Device Name", required=True, tracking=True, index="trigram"
    )
    device_id = fields.Char(
        string="Device ID",
        required=True,
        copy=False,
        index="trigram",
        default=lambda self: self._generate_device_id(),
        help="Stands in the MQTT topic and is the common name of its certificate.",
    )
    device_type = fields.Selection(DEVICE_TYPES, required=True, tracking=True)
    farm_id = fields.Many2one("farm.farm", tracking=True, index=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        help="Of the farm; while it has none, of who registered the device.",
    )
    tank_id = fields.Many2one(
        "farm.tank",
        domain="[('farm_id', '=', farm_id)]",
        index="btree_not_null",
    )
    stall_id = fields.Many2one(
        "farm.stall",
        domain="[('farm_id', '=', farm_id)]",
        index="btree_not_null",
    )
    gateway_id = fields.Many2one(
        "iot.device",
        domain="['|', ('device_type', '=', 'gateway'),"
        " ('profile_id.has_channels', '=', True), ('farm_id', '=', farm_id)]",
        index="btree_not_null",
        help="The gateway, or device with several probes, that publishes for this one.",
    )
    child_ids = fields.One2many("iot.device", "gateway_id", string="Child Devices")
    channel = fields.Char(
        copy=False,
        help="How the gateway's message calls this device: a probe's name or address.",
    )
    profile_id = fields.Many2one(
        "iot.device.profile",
        domain="[('device_type', '=', device_type)]",
        index="btree_not_null",
        help="How to read the messages of this kind of device, and what to believe.",
    )
    source_key = fields.Char(
        string="Key at the Source",
        copy=False,
        help="What a topic or payload of the profile calls this device, such as its "
        "Zigbee name or DevEUI. Empty: the device ID.",
    )
    location_description = fields.Char(
        help="Where in the farm, such as Cooling Tank #1."
    )
    serial_number = fields.Char(copy=False, index="trigram")
    mqtt_topic = fields.Char(
        string="MQTT Topic", compute="_compute_mqtt_topic", store=True
    )
    tag_ids = fields.Many2many("iot.device.tag", string="Tags")
    latitude = fields.Float(
        digits=(10, 6),
        help="Of the device itself. Empty: it is shown where its farm is.",
    )
    longitude = fields.Float(digits=(10, 6))

    _device_id_unique = models.Constraint(
        "UNIQUE(device_id)", "Another device has this device ID."
    )
    _serial_unique = models.Constraint(
        "UNIQUE(serial_number)", "Another device has this serial number."
    )
    _source_key_unique = models.Constraint(
        "UNIQUE(profile_id, source_key)",
        "Another device of this profile has this key at the source.",
    )
    _channel_unique = models.Constraint(
        "UNIQUE(gateway_id, channel)",
        "Another child of this gateway has this channel.",
    )
    _position_on_earth = models.Constraint(
        "CHECK(latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180)",
        "A latitude lies between -90 and 90, a longitude between -180 and 180.",
    )

    @api.model
    def _generate_device_id(self):
        return f"SD-{secrets.token_hex(4).upper()}"

    @api.constrains("device_id")
    def _check_device_id(self):
        for device in self:
            if not _DEVICE_ID.fullmatch(device.device_id):
                raise ValidationError(
                    _(
                        "%(device_id)s cannot be a device ID: use up to 50 letters, "
                        "digits and . _ : - beginning with a letter or digit.",
                        device_id=device.device_id,
                    )
                )

    @api.constrains("gateway_id", "device_type", "profile_id")
    def _check_gateway(self):
        for parent in self.gateway_id | self.filtered("child_ids"):
            if parent.device_type != "gateway" and not parent.profile_id.has_channels:
                raise ValidationError(
                    _(
                        "%(name)s cannot publish for other devices: it is no gateway, "
                        "and its profile has no mapping with channels.",
                        name=parent.name,
                    )
                )

    def write(self, vals):
        """Who moves to another farm leaves its tank and stall."""
        if "farm_id" in vals:
            moving = self.filtered(lambda device: device.farm_id.id != vals["farm_id"])
            left = {name: False for name in _ON_A_FARM if name not in vals}
            super(IotDevice, moving).write(left)
        return super().write(vals)

    @api.onchange("farm_id")
    def _onchange_farm_id(self):
        for name in _ON_A_FARM:
            if self[name].farm_id != self.farm_id:
                self[name] = False

    @api.constrains("farm_id", "tank_id", "stall_id")
    def _check_place(self):
        for device in self:
            # sudo - farm.tank, farm.stall: only of which farm it is.
            places = (device[name].sudo() for name in _ON_A_FARM)
            if any(place and place.farm_id != device.farm_id for place in places):
                raise ValidationError(
                    _(
                        "%(name)s cannot stand at a tank or stall of another farm "
                        "than its own.",
                        name=device.name,
                    )
                )

    @api.depends("farm_id.company_id")
    def _compute_company_id(self):
        for device in self:
            if device.farm_id:
                device.company_id = device.farm_id.company_id
            else:
                device.company_id = device.company_id or self.env.company

    @api.depends("device_type", "device_id")
    def _compute_mqtt_topic(self):
        for device in self:
            device.mqtt_topic = (
                device.device_type
                and device.device_id
                and topic.data_topic(device.device_type, device.device_id)
            )
