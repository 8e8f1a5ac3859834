import logging
from math import isfinite

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..health import silence
from ..ingest.codec.generic import measured_by
from ..ingest.codec.unit import to_canonical
from ..ingest.device import Checks, Route
from ..ingest.expression import MappingError
from ..ingest.mapping import Mapping
from ..ingest.message import RejectedError
from ..ingest.template import TopicTemplate
from .iot_device import DEVICE_TYPES, LOCATION_TYPES

_logger = logging.getLogger(__name__)


class IotDeviceProfile(models.Model):
    """What devices of one kind have in common: how they speak, what to believe."""

    _name = "iot.device.profile"
    _description = "IoT Device Profile"
    _inherit = ["farm.owned", "iot.listener.mapped"]
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.user._company_of_new()
    )
    device_type = fields.Selection(DEVICE_TYPES, required=True, default="temperature")
    manufacturer = fields.Char()
    model = fields.Char()
    note = fields.Text(string="Notes")
    interval_seconds = fields.Integer(
        string="Sends Every (s)",
        default=60,
        required=True,
        help="How often such a device sends when all is well.",
    )
    offline_after = fields.Integer(
        string="Offline After (s)",
        compute="_compute_offline_after",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Silent for longer than this, such a device counts as offline.",
    )
    location_type = fields.Selection(
        LOCATION_TYPES,
        string="Type of Place",
        help="Where such devices stand, as a rule.",
    )
    device_ids = fields.One2many("iot.device", "profile_id", string="Devices")

    unit = fields.Char(
        help="The unit of the main reading, where the message does not say. Empty: the "
        "usual one."
    )
    uses_mapping = fields.Boolean(
        string="Map the Payload",
        help="The device does not speak Smart Dairy's own payload grammar: the lines "
        "tell where its message has what.",
    )
    topic = fields.Char(
        copy=False,
        help="Where such devices publish, if not under smartdairy/. {device} stands "
        "for the part that names the device, + for any other part: "
        "zigbee2mqtt/{device}.",
    )
    discover = fields.Boolean(
        string="Listen for New Devices",
        help="Listen on the topic even while no device has this profile; who sends "
        "there is shown as discovered.",
    )
    device_expression = fields.Char(
        string="Device in the Payload",
        help="Where the message names its device (JMESPath), if its topic does not.",
    )
    records = fields.Char(
        help="Where the list of records stands (JMESPath), when one message has many. "
        "Empty: the message is the record."
    )
    field_ids = fields.One2many(
        "iot.device.profile.field", "profile_id", string="Lines", copy=True
    )
    has_channels = fields.Boolean(
        compute="_compute_has_channels",
        search="_search_has_channels",
        help="A message may hold readings of several devices.",
    )

    error_values = fields.Char(
        default="85, -127",
        help="Values by which such a probe says that it failed, separated by commas. "
        "They are kept as a fault of the probe and raise no alarm of the milk.",
    )
    stuck_after_hours = fields.Float(
        string="Stuck After (h)",
        default=24.0,
        help="The very same value for so long is a fault of the probe. 0: never.",
    )
    max_change_per_minute = fields.Float(
        string="Fastest Change per Minute",
        digits=(16, 4),
        help="A reading that changes faster is a fault of the probe. 0: what is "
        "physically possible for this kind of reading.",
    )

    _times_positive = models.Constraint(
        "CHECK(interval_seconds > 0 AND offline_after > 0)",
        "Sends Every and Offline After must be at least one second.",
    )
    _checks_not_negative = models.Constraint(
        "CHECK(stuck_after_hours >= 0 AND max_change_per_minute >= 0)",
        "Stuck After and Fastest Change cannot be negative.",
    )

    @api.depends("device_type")
    def _compute_offline_after(self):
        for profile in self:
            seconds = profile.offline_after
            if not seconds or silence.is_a_rule(seconds):
                profile.offline_after = silence.offline_after(profile.device_type)

    @api.depends("uses_mapping", "field_ids.channel", "field_ids.target")
    def _compute_has_channels(self):
        for profile in self:
            profile.has_channels = profile.uses_mapping and any(
                line.channel or line.target == "device" for line in profile.field_ids
            )

    def _search_has_channels(self, operator, value):
        if operator != "in":
            return NotImplemented
        channels = [("field_ids.channel", "!=", False)]
        children = [("field_ids.target", "=", "device")]
        domain = [("uses_mapping", "=", True), "|", *channels, *children]
        if True in value and False in value:
            return []
        return domain if True in value else ["!", "&", *domain]

    @api.constrains("uses_mapping", "records", "device_expression", "field_ids")
    def _check_mapping(self):
        for profile in self:
            try:
                profile._compile_mapping()
            except MappingError as error:
                raise ValidationError(
                    _("%(name)s: %(problem)s", name=profile.name, problem=error)
                ) from None

    @api.constrains("topic", "uses_mapping", "active")
    def _check_topic(self):
        for profile in self.filtered("topic"):
            if not profile.uses_mapping:
                raise ValidationError(
                    _("%(name)s has a topic but no mapping.", name=profile.name)
                )
            try:
                template = profile._compile_topic()
            except MappingError as error:
                raise ValidationError(
                    _("%(name)s: %(problem)s", name=profile.name, problem=error)
                ) from None
            if other := profile._find_overlap(template):
                raise ValidationError(
                    _(
                        "%(other)s already listens on some of %(topic)s. Use that "
                        "profile, or name more of the topic.",
                        other=other.name
                        if other.sudo(False).has_access("read")
                        else _("A profile of another company"),
                        topic=template.filter,
                    )
                )

    def _find_overlap(self, template):
        """Another that is listened to, and would get some of the same messages."""
        # sudo - iot.device.profile: all companies share one broker.
        everyone = self.sudo().with_context(active_test=False)
        is_used = ["|", ("active", "=", True), ("device_ids", "!=", False)]
        if not everyone.filtered_domain(is_used):
            return None
        others = [("topic", "!=", False), ("id", "!=", self.id)]
        for other in everyone.search([*others, *is_used]):
            route = other._to_route()
            if route and route.template.overlaps(template.filter):
                return other
        return None

    @api.constrains("unit", "device_type", "uses_mapping")
    def _check_unit(self):
        for profile in self:
            for reading_type, unit in profile._to_units().items():
                try:
                    to_canonical(1.0, unit, reading_type)
                except RejectedError as error:
                    raise ValidationError(
                        _("%(name)s: %(problem)s", name=profile.name, problem=error)
                    ) from None

    @api.constrains("error_values")
    def _check_error_values(self):
        for profile in self:
            profile._parse_error_values()

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=profile.name)}
            if "name" not in (default or {})
            else vals
            for profile, vals in zip(self, super().copy_data(default), strict=True)
        ]

    # What the listener knows of us: never raises for what is stored -----------------

    def _to_checks(self):
        self.ensure_one()
        try:
            error_values = self._parse_error_values()
        except ValidationError as error:
            _logger.warning("Device profile %s: %s", self.id, error)
            error_values = Checks().error_values
        return Checks(
            error_values, self.stuck_after_hours * 3600, self.max_change_per_minute
        )

    def _to_units(self):
        """``{reading type: unit}`` where a message in our own grammar names none."""
        self.ensure_one()
        if self.uses_mapping or not self.unit:
            return {}
        return {measured_by(self.device_type)[0]: self.unit.strip()}

    def _to_mapping(self):
        self.ensure_one()
        try:
            return self._compile_mapping()
        except MappingError as error:
            _logger.warning("Device profile %s has no mapping: %s", self.id, error)
            return None

    def _to_route(self):
        """None as well for a profile whose topic or mapping cannot be used."""
        self.ensure_one()
        mapping = self._to_mapping()
        if mapping is None or not self.topic:
            return None
        try:
            return Route(self.id, self._compile_topic(), mapping, self.device_type)
        except MappingError as error:
            _logger.warning("Device profile %s has no topic: %s", self.id, error)
            return None

    def _compile_mapping(self):
        """A :class:`~..ingest.mapping.Mapping` or None; raises MappingError."""
        if not self.uses_mapping:
            return None
        lines = self.field_ids.filtered(lambda line: line.expression and line.target)
        return Mapping(
            [line._to_mapping_field() for line in lines.sorted("sequence")],
            (self.records or "").strip(),
            (self.device_expression or "").strip(),
        )

    def _compile_topic(self):
        return TopicTemplate(self.topic.strip()) if self.topic else None

    def _parse_error_values(self):
        values = set()
        for text in filter(None, map(str.strip, (self.error_values or "").split(","))):
            try:
                value = float(text)
            except ValueError:
                value = None
            if value is None or not isfinite(value):
                raise ValidationError(
                    _(
                        "%(name)s: %(text)s among the error values is no number; write "
                        "them as 85, -127.",
                        name=self.name,
                        text=text,
                    )
                )
            values.add(value)
        return frozenset(values)
