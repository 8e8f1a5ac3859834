import re
import secrets

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..ingest import topic
from ..ingest.codec.generic import measured_by
from ..ingest.codec.number import unit_of
from .farm_farm import to_iso

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
        domain="[('device_type', '=', 'gateway'), ('farm_id', '=', farm_id)]",
        index="btree_not_null",
        help="The gateway that publishes for this device.",
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

    live_ids = fields.One2many("iot.device.state", "device_id", string="Live State")
    last_seen = fields.Datetime(compute="_compute_live")
    is_online = fields.Boolean(
        string="Online", compute="_compute_live", search="_search_is_online"
    )
    battery_level = fields.Integer(string="Battery (%)", compute="_compute_live")
    signal_strength = fields.Integer(string="Signal (%)", compute="_compute_live")
    firmware_version = fields.Char(compute="_compute_live")
    last_reading = fields.Char(compute="_compute_live")
    fault = fields.Char(
        compute="_compute_live",
        help="Why the newest value is not believed: the error value of a probe, a "
        "value stuck for hours, an impossible jump. It is stored, and raises no alarm.",
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

    @api.constrains("gateway_id", "device_type")
    def _check_gateway(self):
        for device in self:
            if device.gateway_id and device.gateway_id.device_type != "gateway":
                raise ValidationError(
                    _("%(name)s is no gateway.", name=device.gateway_id.name)
                )

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

    @api.depends("live_ids")
    def _compute_live(self):
        for device in self:
            live = device.live_ids  # one row; a slice would lose the prefetch
            device.last_seen = live.last_seen
            device.is_online = live.is_online
            device.battery_level = live.battery_level
            device.signal_strength = live.signal_strength
            device.firmware_version = live.firmware_version
            device.fault = live._describe_fault() if live else False
            device.last_reading = live._describe() if live else False

    def _search_is_online(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = [("live_ids.is_online", "=", True)]
        if True in value and False in value:
            return []
        return domain if True in value else ["!", *domain]

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

    # The live board ---------------------------------------------------------------

    def _to_live_tiles(self):
        listener_map = self._get_listener_map()
        return [device._to_live_tile(listener_map) for device in self]

    def _to_live_tile(self, listener_map):
        live = self.live_ids
        low, high = self._band(listener_map)
        return {
            "id": self.id,
            "device_id": self.device_id,
            "name": self.name,
            "device_type": self.device_type,
            "farm_id": self.farm_id.id,
            "location": self.tank_id.name
            or self.stall_id.name
            or self.location_description
            or "",
            "state": self.state,
            "values": live.last_values or {},
            "units": {name: unit_of(name) for name in measured_by(self.device_type)},
            "time": to_iso(live.value_time),
            "last_seen": to_iso(live.last_seen),
            "online": live.is_online,
            "is_alarm": bool(live.alarm_type),
            "alarm_type": live.alarm_type,
            "fault": live.fault,
            "battery": live.battery_level or False,
            "signal": live.signal_strength or False,
            "offline_after_s": self.offline_after,
            "low": low,
            "high": high,
        }

    def _band(self, listener_map):
        """The temperature limits of this device where it stands, False if none."""
        known = listener_map.get(self.device_id)
        limits = known.limits_at(None).get("temperature", ()) if known else ()
        lows = [limit.low for limit in limits if limit.low is not None]
        highs = [limit.high for limit in limits if limit.high is not None]
        return max(lows, default=False), min(highs, default=False)
