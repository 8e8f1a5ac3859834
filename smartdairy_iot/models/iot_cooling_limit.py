from odoo import api, fields, models

from ..coldchain.standard import Limit
from .iot_threshold import SEVERITY_SELECTION

KINDS = [
    ("reach", "Reach within a Time"),
    ("blend", "Mix of Warm and Cold Milk"),
    ("hold", "Keep from Then on"),
    ("floor", "Never Colder"),
]
EVENTS = [
    ("first_start", "start of the first milking"),
    ("start", "start of the milking"),
    ("end", "end of the milking"),
]
APPLIES = [
    ("any", "Every Milking"),
    ("first", "First Milking"),
    ("subsequent", "Later Milkings"),
]
SYSTEMS = [
    ("any", "Any"),
    ("conventional", "At Set Times"),
    ("automatic", "Robots"),
]


class IotCoolingLimit(models.Model):
    """One line of a standard, see ``coldchain.standard``."""

    _name = "iot.cooling.limit"
    _description = "Limit of a Cooling Standard"
    _inherit = ["iot.listener.mapped"]
    _order = "standard_id, sequence, id"
    _rec_name = "sentence"

    standard_id = fields.Many2one(
        "iot.cooling.standard", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(KINDS, string="What", required=True, default="reach")
    celsius = fields.Float(string="°C", required=True, digits=(6, 1))
    within_minutes = fields.Integer(string="Within (min)")
    event = fields.Selection(EVENTS, string="From", default="end", required=True)
    or_within_minutes = fields.Integer(
        string="Or, if Sooner (min)",
        help="A second clause; the sooner counts. 0: none.",
    )
    or_event = fields.Selection(EVENTS, string="… from", default="end", required=True)
    applies = fields.Selection(
        APPLIES, string="Applies to", default="any", required=True
    )
    system = fields.Selection(
        SYSTEMS,
        string="Milking",
        default="any",
        required=True,
        help="Whether it is asked of tanks that are milked into at set times, or by "
        "robots.",
    )
    grace_minutes = fields.Integer(
        string="For at Least (min)",
        default=15,
        help="Outside without a break for so long before it counts. Then all of it "
        "does. A time within which something must be reached has none.",
    )
    severity = fields.Selection(SEVERITY_SELECTION, default="high", required=True)
    sentence = fields.Char(compute="_compute_sentence")

    _within_needed = models.Constraint(
        "CHECK(kind <> 'reach' OR coalesce(within_minutes, 0) > 0)",
        "A temperature to be reached needs the minutes within which.",
    )
    _times_not_negative = models.Constraint(
        "CHECK(grace_minutes >= 0 AND or_within_minutes >= 0)",
        "Minutes cannot be negative.",
    )
    _celsius_of_milk = models.Constraint(
        "CHECK(celsius BETWEEN -5 AND 40)",
        "A limit for milk is between -5 and 40 °C.",
    )

    @api.depends(
        *("kind", "celsius", "within_minutes", "event", "or_within_minutes"),
        *("or_event", "applies", "system", "grace_minutes"),
    )
    @api.depends_context("lang")
    def _compute_sentence(self):
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("event", "applies", "system")
        }
        for limit in self:
            said = limit._say(labels["event"])
            if limit.applies != "any":
                said = self.env._(
                    "%(which)s: %(limit)s",
                    which=labels["applies"][limit.applies],
                    limit=said,
                )
            if limit.system != "any":
                said = self.env._(
                    "%(limit)s (%(system)s)",
                    limit=said,
                    system=labels["system"][limit.system].lower(),
                )
            limit.sentence = said

    def _say(self, events):
        words = {
            "celsius": f"{self.celsius:g}",
            "within": _hours(self.within_minutes),
            "event": events.get(self.event),
            "or_within": _hours(self.or_within_minutes),
            "or_event": events.get(self.or_event),
            "grace": self.grace_minutes,
        }
        if self.kind == "reach" and self.or_within_minutes:
            return self.env._(
                "≤ %(celsius)s °C within %(within)s h of the %(event)s or "
                "%(or_within)s h of the %(or_event)s, whichever is sooner",
                **words,
            )
        if self.kind == "reach":
            return self.env._(
                "≤ %(celsius)s °C within %(within)s h of the %(event)s", **words
            )
        if self.kind == "blend":
            return self.env._(
                "mix ≤ %(celsius)s °C, not longer than %(grace)s min above", **words
            )
        if self.kind == "hold":
            return self.env._(
                "then kept ≤ %(celsius)s °C, not longer than %(grace)s min above",
                **words,
            )
        return self.env._(
            "never < %(celsius)s °C for longer than %(grace)s min", **words
        )

    def _to_limit(self):
        """:return: :class:`~..coldchain.standard.Limit`"""
        self.ensure_one()
        return Limit(
            self.kind,
            self.celsius,
            self.within_minutes * 60.0 if self.kind == "reach" else None,
            self.event,
            self.or_within_minutes * 60.0 or None,
            self.or_event,
            self.applies,
            self.grace_minutes * 60.0,
            self.severity,
            self.system,
        )


def _hours(minutes):
    return f"{minutes / 60:.3g}"
