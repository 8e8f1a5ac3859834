from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.tools import split_every
from odoo.tools.misc import formatLang

from ..errors import another_time
from ..milking.attention import Milked, judge, urgency

_DAYS = 30  # of which an animal's own normal is made
_AT_ONCE = 500  # animals


class IotMilkingAttention(models.Model):
    """Animals that somebody should look at, the worst first.

    Computed when a milking ends and every quarter of an hour. It is no alert: alerts
    are what the rules say, of the same readings.
    """

    _name = "iot.milking.attention"
    _description = "Animal that Needs Attention"
    _order = "score desc, animal_id, id"
    _rec_name = "animal_id"
    _log_access = False

    animal_id = fields.Many2one(
        "farm.animal", required=True, readonly=True, ondelete="cascade"
    )
    farm_id = fields.Many2one(
        related="animal_id.farm_id", store=True, index=True, readonly=True
    )
    company_id = fields.Many2one(related="animal_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("scc", "Somatic cells"),
            ("conductivity", "Conductivity"),
            ("conductivity_own", "Conductivity over its own normal"),
            ("missed", "Not milked"),
            ("yield", "Less milk"),
            ("incomplete", "Milking not complete"),
        ],
        string="Main Reason",
        readonly=True,
        required=True,
    )
    score = fields.Float(
        string="Urgency",
        digits=(16, 0),
        readonly=True,
        aggregator="max",
        help="0 to 100. From 85 on: today.",
    )
    findings = fields.Json(
        readonly=True, help="[{kind, value, reference}], worst first"
    )
    reason = fields.Char(compute="_compute_reason")
    session_id = fields.Many2one(
        "iot.milking.session",
        string="Milking",
        readonly=True,
        ondelete="set null",
        help="That tells the main reason.",
    )
    since = fields.Datetime(readonly=True, help="Since when it stands here.")
    number = fields.Integer(related="animal_id.number", string="Number")
    last_milked = fields.Datetime(related="animal_id.last_milked")

    _animal_unique = models.Constraint("UNIQUE(animal_id)")

    @api.depends("findings")
    @api.depends_context("lang")
    def _compute_reason(self):
        for row in self:
            row.reason = "; ".join(map(row._in_words, row.findings or ()))

    def _in_words(self, finding):
        value, reference = finding["value"], finding["reference"]

        def number(value, digits):
            return formatLang(self.env, value, digits=digits)

        match finding["kind"]:
            case "scc":
                return self.env._(
                    "Somatic cells %(value)s per mL, over %(limit)s",
                    value=number(value, 0),
                    limit=number(reference, 0),
                )
            case "conductivity":
                return self.env._(
                    "Conductivity %(value)s mS/cm, over %(limit)s",
                    value=number(value, 2),
                    limit=number(reference, 2),
                )
            case "conductivity_own":
                return self.env._(
                    "Conductivity %(value)s mS/cm, its own normal is %(normal)s",
                    value=number(value, 2),
                    normal=number(reference, 2),
                )
            case "missed":
                return self.env._("Not milked for %(hours)s h", hours=number(value, 0))
            case "yield":
                return self.env._(
                    "%(value)s L on its last day, %(percent)s %% less than its own "
                    "average of %(average)s L",
                    value=number(value, 1),
                    percent=number(100 * (1 - value / reference), 0),
                    average=number(reference, 1),
                )
        return self.env._("The start or the end of its last milking is missing")

    def action_view_animal(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "farm.animal",
            "res_id": self.animal_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    # Compute ----------------------------------------------------------------------

    @api.model
    @another_time
    def _cron_watch(self):
        """All that were milked lately or stand here: hours pass without a message."""
        milked = self.env["iot.milking.session"]._read_group(
            [
                ("start", ">=", fields.Datetime.now() - timedelta(days=8)),
                ("animal_id", "!=", False),
            ],
            ["animal_id"],
        )
        ids = {animal.id for (animal,) in milked} | set(self.search([]).animal_id.ids)
        left = len(ids)
        for part in split_every(_AT_ONCE, sorted(ids)):
            self._refresh(self.env["farm.animal"].browse(part))
            left -= len(part)
            if not self.env["ir.cron"]._commit_progress(len(part), remaining=left):
                return

    @api.model
    def _refresh(self, animals):
        """Judge these animals anew."""
        animals = animals.exists()
        if not animals:
            return
        now = datetime.now(timezone.utc)
        known = {
            row.animal_id: row
            for row in self.search([("animal_id", "in", animals.ids)])
        }
        milkings, yields = self._milkings(animals, now), animals._daily_yields()
        new, gone = [], self.browse()
        for animal in animals:
            found = []
            if animal.active:
                found = judge(
                    milkings.get(animal.id, []),
                    yields[animal][1],
                    now,
                    animal.farm_id._to_limits(),
                )
            row = known.get(animal, self.browse())
            if not found:
                gone |= row
            elif row:
                row._update(_to_vals(found))
            else:
                since = now.replace(tzinfo=None, microsecond=0)
                new.append({"animal_id": animal.id, "since": since, **_to_vals(found)})
        gone.unlink()
        self.create(new)

    def _update(self, vals):
        """Only what is new: nearly always nothing is."""
        session_id = vals.pop("session_id")
        changed = {name: v for name, v in vals.items() if self[name] != v}
        if self.session_id.id != session_id:
            changed["session_id"] = session_id
        if changed:
            self.write(changed)

    def _milkings(self, animals, now):
        """``{animal id: [Milked, …]}`` of the last weeks, by start."""
        rows = self.env["iot.milking.session"].search_fetch(
            [
                ("animal_id", "in", animals.ids),
                ("start", ">=", (now - timedelta(days=_DAYS)).replace(tzinfo=None)),
            ],
            ["animal_id", "start", "conductivity", "scc", "state"],
            order="start",
        )
        found = {}
        for row in rows:
            found.setdefault(row.animal_id.id, []).append(
                Milked(
                    row.start.replace(tzinfo=timezone.utc),
                    row.conductivity or None,
                    row.scc or None,
                    row.state != "incomplete",
                    row.id,
                )
            )
        return found


def _to_vals(found):
    worst = found[0]
    return {
        "kind": worst.kind,
        "score": round(urgency(found)),
        "findings": [
            {
                "kind": f.kind,
                "value": round(f.value, 2),
                "reference": round(f.reference, 2),
            }
            for f in found
        ],
        "session_id": worst.key or False,
    }
