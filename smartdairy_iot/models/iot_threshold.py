from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..rules.kind import OF_READING, find_problem
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
    ("running", "Motor Running"),
]
SEVERITY_SELECTION = [
    ("low", "Low"),
    ("medium", "Medium"),
    ("high", "High"),
    ("critical", "Critical"),
]
RULE_KINDS = [
    ("limit", "Limit"),
    ("rate", "Rate of Change"),
    ("deviation", "Deviation from Normal"),
    ("no_data", "No Data"),
    ("offline", "Offline"),
    ("battery", "Low Battery"),
    ("signal", "Weak Signal"),
    ("certificate", "Certificate Expiring"),
    ("clock_drift", "Clock Drift"),
    ("stuck", "Stuck Value"),
    ("implausible", "Implausible Value"),
]
# Minutes, from the specification (Day 255).
COOLDOWN_MINUTES = {"low": 60, "medium": 30, "high": 15, "critical": 5}
_SCOPE_FIELDS = {"device_id", "profile_id", "farm_id", "company_id"}


class IotThreshold(models.Model):
    """A rule: what it watches, when it alerts, for which devices.

    Its first level is the rule itself (``severity``, the limits, ``on_delay``), further
    ones are in ``level_ids``. Which rule applies to a device: ``iot_threshold_scope``.
    """

    _name = "iot.threshold"
    _description = "IoT Alert Threshold"
    _inherit = ["farm.owned", "iot.listener.mapped"]
    _order = "kind, reading_type, device_type, location_type, id"

    name = fields.Char(string="Threshold Name", required=True)
    is_active = fields.Boolean(string="Active", default=True)
    error = fields.Text(
        readonly=True,
        copy=False,
        help="Why the rule was switched off by itself. Switch it on when it is mended.",
    )
    notes = fields.Text(help="Why this rule, and what to do when it alerts.")

    kind = fields.Selection(
        RULE_KINDS, string="What to Watch", required=True, default="limit"
    )
    reading_type = fields.Selection(
        READING_TYPES, compute="_compute_reading_type", store=True, readonly=False
    )
    use_min = fields.Boolean(string="Check Minimum")
    use_max = fields.Boolean(string="Check Maximum", default=True)
    min_value = fields.Float(string="Minimum Value", digits=(16, 4))
    max_value = fields.Float(string="Maximum Value", digits=(16, 4))
    deadband = fields.Float(
        digits=(16, 4),
        help="How far back inside the limit a value must be before the alert clears.",
    )
    window_minutes = fields.Float(
        string="Within (minutes)",
        default=10.0,
        help="The change is from the lowest to the highest reading of that time.",
    )
    normal_days = fields.Integer(
        string="Normal of (days)",
        default=14,
        help="How many days of its own readings make a device's normal. Alarms and "
        "faults are left out. It is computed every night.",
    )
    severity = fields.Selection(SEVERITY_SELECTION, default="medium", required=True)
    level_ids = fields.One2many(
        "iot.threshold.level", "threshold_id", string="Further Levels", copy=True
    )
    on_delay = fields.Float(
        string="For at Least (minutes)",
        help="Outside without a break for so long before it alerts.",
    )
    off_delay = fields.Float(
        string="Inside for (minutes)",
        help="Inside without a break for so long before the alert clears.",
    )
    repeat_count = fields.Integer(
        string="Readings in a Row",
        default=1,
        help="So many readings in a row must be outside before it alerts.",
    )
    cooldown_minutes = fields.Integer(
        string="Cooldown (minutes)",
        compute="_compute_cooldown_minutes",
        store=True,
        readonly=False,
        help="After an alert has ended, no new one for this long unless it is worse.",
    )
    realarm = fields.Float(
        string="Alert Again After (minutes)",
        help="An alert that still holds then asks for attention again. 0: never.",
    )

    device_id = fields.Many2one("iot.device", ondelete="cascade", index=True)
    profile_id = fields.Many2one(
        "iot.device.profile",
        ondelete="cascade",
        index="btree_not_null",
    )
    device_type = fields.Selection(
        [*DEVICE_TYPES, ("all", "All Devices")], required=True, default="all"
    )
    location_type = fields.Selection(LOCATION_TYPES)
    farm_id = fields.Many2one("farm.farm", ondelete="cascade", index="btree_not_null")
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.user._company_of_new(),
        index="btree_not_null",
    )

    _cooldown_not_negative = models.Constraint(
        "CHECK(cooldown_minutes >= 0)", "The cooldown cannot be negative."
    )
    _deadband_not_negative = models.Constraint(
        "CHECK(deadband >= 0)", "The deadband cannot be negative."
    )
    _times_not_negative = models.Constraint(
        "CHECK(on_delay >= 0 AND off_delay >= 0 AND realarm >= 0)",
        "Times before an alert, before its end and before the next call cannot be "
        "negative.",
    )
    _counts_positive = models.Constraint(
        "CHECK(repeat_count > 0 AND normal_days > 0 AND window_minutes > 0)",
        "Readings in a row, days of the normal and the time of a change are at least "
        "one, and more than no time.",
    )
    _reading_type_needed = models.Constraint(
        "CHECK(reading_type IS NOT NULL OR kind NOT IN ('limit', 'rate', 'deviation'))",
        "Say which reading the rule watches.",
    )

    @api.depends("kind")
    def _compute_reading_type(self):
        for threshold in self:
            if threshold.kind not in OF_READING:
                threshold.reading_type = False

    @api.depends("severity")
    def _compute_cooldown_minutes(self):
        for threshold in self:
            threshold.cooldown_minutes = COOLDOWN_MINUTES.get(threshold.severity, 30)

    @api.constrains(
        *("kind", "use_min", "use_max", "min_value", "max_value", "deadband"),
        *("severity", "on_delay", "level_ids"),
    )
    def _check_levels(self):
        for threshold in self:
            problem = find_problem(threshold._to_levels(), threshold.deadband)
            if problem:
                raise ValidationError(threshold._explain(*problem))

    def _explain(self, index, problem):
        labels = dict(self._fields["severity"]._description_selection(self.env))
        levels = self._to_levels()
        words = {
            "name": self.name,
            "level": labels[levels[index].severity],
            "before": labels[levels[max(0, index - 1)].severity],
            "low": self.min_value,
            "high": self.max_value,
            "deadband": self.deadband,
        }
        if index == 0 and problem == "nothing":
            return _("%(name)s checks neither a minimum nor a maximum.", **words)
        return {
            "inside": _(
                "%(name)s leaves no value inside its limits: minimum %(low)s, maximum "
                "%(high)s, deadband %(deadband)s.",
                **words,
            ),
            "nothing": _(
                "%(name)s: the level %(level)s checks neither a minimum nor a maximum.",
                **words,
            ),
            "milder": _(
                "%(name)s: each level must be more severe than the one before; "
                "%(level)s is not more severe than %(before)s.",
                **words,
            ),
            "side": _(
                "%(name)s: the level %(level)s checks a side that the rule itself does "
                "not check.",
                **words,
            ),
            "nearer": _(
                "%(name)s: the level %(level)s must be further out than %(before)s, or "
                "it would never be reached by itself.",
                **words,
            ),
        }[problem]

    @api.constrains("kind", "reading_type", "device_type", "device_id", "profile_id")
    def _check_reading_type(self):
        """Battery and signal are readings of gateways only; of all others they are the
        device's condition, which has kinds of its own.
        """
        for threshold in self:
            scope = threshold.device_id or threshold.profile_id or threshold
            if (
                threshold.reading_type in ("battery", "signal")
                and scope.device_type != "gateway"
            ):
                raise ValidationError(
                    _(
                        "%(name)s: watch “%(low)s” or “%(weak)s” instead. Battery and "
                        "signal are readings of gateways only.",
                        name=threshold.name,
                        **self._condition_words(),
                    )
                )

    def _condition_words(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        return {"low": labels["battery"], "weak": labels["signal"]}

    @api.constrains("device_id", "profile_id", "device_type", "farm_id", "company_id")
    def _check_scope(self):
        """No rule that can never apply, which looks as if something were watched."""
        for threshold in self:
            farm, device_type = threshold.farm_id, threshold.device_type
            device, profile = threshold.device_id, threshold.profile_id
            clashes = {
                device: (farm and device.farm_id != farm)
                or (profile and device.profile_id != profile),
                profile: False,
                farm: False,
            }
            for record, is_elsewhere in clashes.items():
                is_other_type = record != farm and device_type not in (
                    "all",
                    record.device_type,
                )
                is_foreign = (
                    threshold.company_id
                    and record.company_id
                    and record.company_id != threshold.company_id
                )
                if record and (is_elsewhere or is_other_type or is_foreign):
                    # A constraint sees all: whoever may not is not told the name.
                    record.sudo(False).check_access("read")
                    raise ValidationError(
                        _(
                            "%(name)s can never apply: %(record)s is of another type, "
                            "profile, farm or company than it asks for.",
                            name=threshold.name,
                            record=record.display_name,
                        )
                    )

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=threshold.name)}
            if "name" not in (default or {})
            else vals
            for threshold, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def write(self, vals):
        if vals.get("is_active"):  # whoever switches it on has seen why it was off
            vals = {"error": False, **vals}
        super().write(vals)
        if not _SCOPE_FIELDS.isdisjoint(vals):
            # Odoo asks before: nobody moves a rule to what is not theirs.
            self.check_access("write")
        return True
