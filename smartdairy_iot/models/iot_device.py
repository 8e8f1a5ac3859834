import re
import secrets

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

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
_TRANSITIONS = {
    "registered": ("draft",),
    "active": ("registered", "inactive", "maintenance"),
    "inactive": ("active", "maintenance"),
    "maintenance": ("active", "inactive"),
    "retired": ("draft", "registered", "active", "inactive", "maintenance"),
}


class IotDevice(models.Model):
    _name = "iot.device"
    _description = "IoT Device"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    # Two farms each have a "Tank 1": people look for the ID on the label.
    _rec_names_search = ["name", "device_id"]

    name = fields.Char(string="Device Name", required=True, tracking=True)
    device_id = fields.Char(
        string="Device ID",
        required=True,
        copy=False,
        default=lambda self: self._generate_device_id(),
        help="Stands in the MQTT topic and is the common name of its certificate.",
    )
    device_type = fields.Selection(DEVICE_TYPES, required=True, tracking=True)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("registered", "Registered"),
            ("active", "Active"),
            ("inactive", "Inactive"),
            ("maintenance", "Maintenance"),
            ("retired", "Retired"),
        ],
        string="Status",
        default="draft",
        required=True,
        tracking=True,
        copy=False,
    )
    farm_id = fields.Many2one("farm.farm", tracking=True, index=True)
    company_id = fields.Many2one(related="farm_id.company_id", store=True)
    tank_id = fields.Many2one("farm.tank", domain="[('farm_id', '=', farm_id)]")
    stall_id = fields.Many2one("farm.stall", domain="[('farm_id', '=', farm_id)]")
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
    location_type = fields.Selection(
        LOCATION_TYPES,
        required=True,
        default="default",
        help="Decides which limits apply, unless the message itself says.",
    )
    location_description = fields.Char(
        help="Where in the farm, such as Cooling Tank #1."
    )
    manufacturer = fields.Char()
    model = fields.Char()
    serial_number = fields.Char(copy=False)
    mqtt_topic = fields.Char(
        string="MQTT Topic", compute="_compute_mqtt_topic", store=True
    )
    offline_after = fields.Integer(
        string="Offline After (s)",
        default=300,
        required=True,
        help="Silent for longer than this, the device counts as offline.",
    )

    alert_ids = fields.One2many("iot.alert", "device_id", string="Alerts")
    alert_count = fields.Integer(string="Active Alerts", compute="_compute_alert_count")
    reading_count = fields.Integer(
        string="Total Readings", compute="_compute_reading_count"
    )

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
    _offline_after_positive = models.Constraint(
        "CHECK(offline_after > 0)", "Offline After must be at least one second."
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
        """Nobody moves a device out of their own sight: Odoo asks the record rules
        before a write, and not of what it leads to."""
        done = super().write(vals)
        if "farm_id" in vals:
            self.check_access("write")
        return done

    @api.onchange("profile_id")
    def _onchange_profile_id(self):
        """What a profile knows of its devices, where nothing else was entered."""
        profile = self.profile_id
        if profile:
            self.offline_after = profile.offline_after
            self.manufacturer = self.manufacturer or profile.manufacturer
            self.model = self.model or profile.model

    @api.depends("device_type", "device_id")
    def _compute_mqtt_topic(self):
        for device in self:
            device.mqtt_topic = (
                device.device_type
                and device.device_id
                and topic.data_topic(device.device_type, device.device_id)
            )

    def _compute_alert_count(self):
        counts = dict(
            self.env["iot.alert"]._read_group(
                [("device_id", "in", self.ids), ("is_open", "=", True)],
                ["device_id"],
                ["__count"],
            )
        )
        for device in self:
            device.alert_count = counts.get(device, 0)

    def _compute_reading_count(self):
        counts = self.env["iot.store"]._count_readings(self.mapped("device_id"))
        for device in self:
            device.reading_count = counts.get(device.device_id, 0)

    # Life cycle -------------------------------------------------------------------

    def action_register(self):
        return self._move_to("registered")

    def action_activate(self):
        return self._move_to("active")

    def action_deactivate(self):
        return self._move_to("inactive")

    def action_maintenance(self):
        return self._move_to("maintenance")

    def action_retire(self):
        return self._move_to("retired")

    def _move_to(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for device in self:
            if device.state not in _TRANSITIONS[state]:
                raise UserError(
                    _(
                        "%(name)s is %(before)s and cannot become %(after)s.",
                        name=device.name,
                        before=labels[device.state],
                        after=labels[state],
                    )
                )
        self.state = state
        return True

    def action_view_alerts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_alert_action"
        )
        action["domain"] = [("device_id", "=", self.id)]
        action["context"] = {"default_device_id": self.id}
        return action
