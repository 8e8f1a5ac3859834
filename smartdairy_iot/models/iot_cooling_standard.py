from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..coldchain.standard import Standard
from .iot_threshold import SEVERITY_SELECTION


class IotCoolingStandard(models.Model):
    """What is asked of the milk in a tank, and what counts as wrong with the tank."""

    _name = "iot.cooling.standard"
    _description = "Cooling Standard"
    _inherit = ["farm.owned", "iot.listener.mapped"]
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=100)
    source = fields.Char(help="The law or contract where it is written.")
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.user._company_of_new(),
        index="btree_not_null",
        help="Empty: of all companies.",
    )
    limit_ids = fields.One2many(
        "iot.cooling.limit", "standard_id", string="Limits", copy=True
    )
    limits_text = fields.Text(string="The Milk Is", compute="_compute_limits_text")
    off_celsius = fields.Float(
        string="Chiller Off Above (°C)",
        default=12.0,
        digits=(6, 1),
        help="Warmer than this after so long of milking, the chiller was left off.",
    )
    off_first_celsius = fields.Float(
        string="… of a First Milking (°C)",
        default=25.0,
        digits=(6, 1),
        help="The first milk of an empty tank is a shallow layer that a chiller takes "
        "its time for: pre-cooled it comes with up to 21 °C, otherwise with over 30.",
    )
    off_minutes = fields.Integer(
        string="After Milking for (min)", default=20, help="0: never asked."
    )
    off_severity = fields.Selection(
        SEVERITY_SELECTION, string="Chiller Off", default="high", required=True
    )
    still_minutes = fields.Integer(
        string="Without Agitation (min)",
        default=90,
        help="So long without the agitator while there is milk. 0: never asked.",
    )
    still_severity = fields.Selection(
        SEVERITY_SELECTION, string="No Agitation", default="medium", required=True
    )
    wash_celsius = fields.Float(
        string="Wash at Least (°C)",
        default=50.0,
        digits=(6, 1),
        help="How hot the water of a wash must become. 0: washes are not asked for.",
    )
    wash_minutes = fields.Integer(
        string="Wash Within (min)",
        default=180,
        help="From the emptied tank to its wash. 0: before the next milk.",
    )
    wash_severity = fields.Selection(
        SEVERITY_SELECTION,
        string="Missed or Cold Wash",
        default="medium",
        required=True,
    )
    outside_minutes = fields.Integer(
        string="Most Minutes Out of Range",
        default=0,
        help="A batch that was longer out of range, all spans together, is marked. "
        "0: never.",
    )

    _times_not_negative = models.Constraint(
        "CHECK(off_minutes >= 0 AND still_minutes >= 0 AND wash_minutes >= 0"
        " AND outside_minutes >= 0)",
        "Minutes cannot be negative.",
    )

    @api.constrains("limit_ids", "wash_celsius")
    def _check_limits(self):
        for standard in self:
            floors = standard.limit_ids.filtered(lambda one: one.kind == "floor")
            others = standard.limit_ids - floors
            if floors and others:
                floor, lowest = floors.mapped("celsius"), others.mapped("celsius")
                if max(floor) >= min(lowest):
                    raise ValidationError(
                        _(
                            "%(name)s leaves no temperature between its floor, "
                            "%(floor)s °C, and its lowest limit, %(limit)s °C.",
                            name=standard.name,
                            floor=f"{max(floor):g}",
                            limit=f"{min(lowest):g}",
                        )
                    )

    @api.depends("limit_ids.sentence")
    @api.depends_context("lang")
    def _compute_limits_text(self):
        for standard in self:
            standard.limits_text = "\n".join(standard.limit_ids.mapped("sentence"))

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=standard.name)}
            if "name" not in (default or {})
            else vals
            for standard, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _asked_of(self, system):
        """Its limits, for a tank that is milked into so."""
        return self.limit_ids.filtered(lambda one: one.system in ("any", system))

    def _to_standard(self, system="conventional"):
        """:return: :class:`~..coldchain.standard.Standard`, as asked of that system"""
        self.ensure_one()
        return Standard(
            self.name,
            tuple(limit._to_limit() for limit in self.limit_ids),
            off_celsius=self.off_celsius,
            off_first_celsius=self.off_first_celsius,
            off_after=self.off_minutes * 60.0,
            off_severity=self.off_severity,
            still_after=self.still_minutes * 60.0,
            still_severity=self.still_severity,
            wash_celsius=self.wash_celsius,
            wash_after=self.wash_minutes * 60.0,
            wash_severity=self.wash_severity,
            most_outside=self.outside_minutes * 60.0,
        ).of(system)

    def _to_snapshot(self, system="conventional"):
        """As an alert keeps its rule, see :func:`~..alerts.snapshot.to_snapshot`."""
        self.ensure_one()
        return {
            "name": self.name,
            "kind": "cooling",
            "reading_type": "temperature",
            "unit": "°C",
            "levels": [
                {
                    "severity": limit.severity,
                    "low": limit.celsius if limit.kind == "floor" else None,
                    "high": None if limit.kind == "floor" else limit.celsius,
                    "on_delay": limit.grace_minutes * 60.0,
                }
                for limit in self._asked_of(system)
            ],
            "deadband": 0.0,
            "off_delay": 0.0,
            "limits": self._asked_of(system).mapped("sentence"),
        }
