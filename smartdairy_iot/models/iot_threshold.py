from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..rules.rule import SEVERITIES, Level, Rule
from .iot_device import DEVICE_TYPES, LOCATION_TYPES

READING_TYPES = [
    ("temperature", "Temperature"),
    ("humidity", "Humidity"),
    ("pressure", "Pressure"),
    ("volume", "Volume"),
    ("flow_rate", "Flow Rate"),
    ("ph", "pH Level"),
    ("conductivity", "Conductivity"),
    ("fat_percent", "Fat Percentage"),
    ("protein_percent", "Protein Percentage"),
    ("scc", "Somatic Cell Count"),
    ("battery", "Battery Level"),
    ("signal", "Signal Strength"),
]
SEVERITY_SELECTION = [
    ("low", "Low"),
    ("medium", "Medium"),
    ("high", "High"),
    ("critical", "Critical"),
]
# Minutes, from the specification (Day 255).
COOLDOWN_MINUTES = {"low": 60, "medium": 30, "high": 15, "critical": 5}


class IotThreshold(models.Model):
    _name = "iot.threshold"
    _description = "IoT Alert Threshold"
    _order = "reading_type, device_type, location_type, id"

    name = fields.Char(string="Threshold Name", required=True)
    is_active = fields.Boolean(string="Active", default=True)
    reading_type = fields.Selection(READING_TYPES, required=True)
    device_id = fields.Many2one("iot.device", ondelete="cascade", index=True)
    device_type = fields.Selection(
        [*DEVICE_TYPES, ("all", "All Devices")], required=True, default="all"
    )
    location_type = fields.Selection(LOCATION_TYPES)
    company_id = fields.Many2one("res.company")
    use_min = fields.Boolean(string="Check Minimum")
    use_max = fields.Boolean(string="Check Maximum", default=True)
    min_value = fields.Float(string="Minimum Value", digits=(16, 4))
    max_value = fields.Float(string="Maximum Value", digits=(16, 4))
    deadband = fields.Float(
        digits=(16, 4),
        help="How far back inside the limit a value must be before the alert clears.",
    )
    severity = fields.Selection(SEVERITY_SELECTION, default="medium", required=True)
    far_margin = fields.Float(
        string="Far Outside",
        digits=(16, 4),
        help="Further than this outside the limit, the severity below applies.",
    )
    far_severity = fields.Selection(SEVERITY_SELECTION, string="Severity Far Outside")
    cooldown_minutes = fields.Integer(
        string="Cooldown (minutes)",
        compute="_compute_cooldown_minutes",
        store=True,
        readonly=False,
        help="After an alert has ended, no new one for this long unless it is worse.",
    )

    realarm = fields.Float()
    error = fields.Text()
    _cooldown_not_negative = models.Constraint(
        "CHECK(cooldown_minutes >= 0)", "The cooldown cannot be negative."
    )
    _deadband_not_negative = models.Constraint(
        "CHECK(deadband >= 0 AND far_margin >= 0)",
        "Deadband and Far Outside cannot be negative.",
    )

    @api.depends("severity")
    def _compute_cooldown_minutes(self):
        for threshold in self:
            threshold.cooldown_minutes = COOLDOWN_MINUTES.get(threshold.severity, 30)

    @api.constrains("use_min", "use_max", "min_value", "max_value", "deadband")
    def _check_limits(self):
        for threshold in self:
            if not (threshold.use_min or threshold.use_max):
                raise ValidationError(
                    _(
                        "%(name)s checks neither a minimum nor a maximum.",
                        name=threshold.name,
                    )
                )
            if not (threshold.use_min and threshold.use_max):
                continue
            if threshold.min_value + 2 * threshold.deadband > threshold.max_value:
                raise ValidationError(
                    _(
                        "%(name)s leaves no value inside its limits: minimum "
                        "%(low)s, maximum %(high)s, deadband %(deadband)s.",
                        name=threshold.name,
                        low=threshold.min_value,
                        high=threshold.max_value,
                        deadband=threshold.deadband,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self.env["iot.device"]._forget_listener_map()
        return super().create(vals_list)

    def write(self, vals):
        self.env["iot.device"]._forget_listener_map()
        return super().write(vals)

    def unlink(self):
        self.env["iot.device"]._forget_listener_map()
        return super().unlink()

    @api.model
    def _limits_by_scope(self):
        """What applies to a device: the most specific scope of each reading type.

        :return: ``f(values, company_id)`` → ``{location type: {reading type: (Limit,
            …)}}``, where values begin with record id, device_id, device_type. Devices
            of the same scope share the result.
        """
        # sudo - iot.threshold: the listener applies the rules of all companies.
        thresholds = self.sudo().search([("is_active", "=", True)])
        own = set(thresholds.device_id.ids)
        shared = {}

        def limits(values, company_id):
            record_id, device_type = values[0], values[2]
            scope = (device_type, company_id, record_id if record_id in own else None)
            if scope not in shared:
                shared[scope] = {
                    location_type: thresholds._limits_of(scope, location_type)
                    for location_type, _label in LOCATION_TYPES
                }
            return shared[scope]

        return limits

    def _limits_of(self, scope, location_type):
        by_reading = {}
        for threshold in self:
            rank = threshold._rank(scope, location_type)
            if rank is not None:
                ranked = by_reading.setdefault(threshold.reading_type, {})
                ranked.setdefault(rank, []).append(threshold._to_limit())
        return {
            reading_type: tuple(sorted(ranked[max(ranked)], key=_most_severe_first))
            for reading_type, ranked in by_reading.items()
        }

    def _rank(self, scope, location_type):
        """How specific this rule is there, None when it does not apply.

        :param scope: device type, company id, id of a device with rules of its own
        """
        self.ensure_one()
        device_type, company_id, record_id = scope
        if self.device_id and self.device_id.id != record_id:
            return None
        if self.device_type not in ("all", device_type):
            return None
        if self.location_type and self.location_type != location_type:
            return None
        if self.company_id and self.company_id.id != company_id:
            return None
        return (
            bool(self.device_id),
            bool(self.location_type),
            self.device_type != "all",
            bool(self.company_id),
        )

    def _to_limit(self):
        self.ensure_one()
        low = self.min_value if self.use_min else None
        high = self.max_value if self.use_max else None
        levels = [Level(self.severity, low, high)]
        if self.far_margin:
            levels.append(
                Level(
                    self.far_severity,
                    None if low is None else low - self.far_margin,
                    None if high is None else high + self.far_margin,
                )
            )
        return Rule(
            self.id,
            self.reading_type,
            tuple(levels),
            deadband=self.deadband,
            cooldown=timedelta(minutes=self.cooldown_minutes),
        )


def _most_severe_first(limit):
    return -SEVERITIES.index(limit.severity)
