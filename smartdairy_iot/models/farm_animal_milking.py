from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..milking.day import local_day
from ..milking.yields import Yield, compare
from ..zone import to_zone

_DAYS = 30  # of which its own average is made; older ones weigh next to nothing


class FarmAnimal(models.Model):
    """An animal and its milk."""

    _inherit = "farm.animal"
    _rec_names_search = ["number", "name", "ear_tag"]

    milking_ids = fields.One2many("iot.milking.session", "animal_id", "Milkings")
    attention_ids = fields.One2many("iot.milking.attention", "animal_id")
    attention_reason = fields.Char(
        string="Needs Attention", compute="_compute_attention_reason"
    )
    last_milked = fields.Datetime(compute="_compute_last_milked")
    days_since_milking = fields.Integer(
        compute="_compute_last_milked", help="By the farm's calendar; 0 is today."
    )
    yield_today = fields.Float(
        string="Today (L)", digits=(16, 1), compute="_compute_yield"
    )
    yield_yesterday = fields.Float(
        string="Last Whole Day (L)", digits=(16, 1), compute="_compute_yield"
    )
    yield_average = fields.Float(
        string="Own Average (L/day)",
        digits=(16, 1),
        compute="_compute_yield",
        help="Exponentially weighted over 10 days, of the days before yesterday on "
        "which it was milked. 0: fewer than five are known.",
    )
    yield_days = fields.Integer(
        string="Days Known",
        compute="_compute_yield",
        help="Of the last 30 days, on how many it was milked.",
    )
    yield_change = fields.Float(
        string="Against Its Average (%)", digits=(16, 0), compute="_compute_yield"
    )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for animal in self:
            known = (str(animal.number or 0), animal.name)
            animal.display_name = " ".join(filter(None, known))

    def _compute_attention_reason(self):
        for animal in self:
            animal.attention_reason = animal.attention_ids[:1].reason

    def _compute_last_milked(self):
        last = dict(
            self.env["iot.milking.session"]._read_group(
                [("animal_id", "in", self.ids)], ["animal_id"], ["end:max"]
            )
        )
        for animal in self:
            animal.last_milked = last.get(animal, False)
            animal.days_since_milking = 0
            if animal.last_milked:
                day = animal._local_day(animal.last_milked)
                animal.days_since_milking = (animal._local_day() - day).days

    def _compute_yield(self):
        yields = self._daily_yields()
        for animal in self:
            today, told = yields.get(animal, (0.0, None))
            animal.yield_today = today
            animal.yield_yesterday = (told and told.liters) or 0.0
            animal.yield_average = (told and told.average) or 0.0
            animal.yield_days = told.days if told else 0
            animal.yield_change = (told and told.change) or 0.0

    def _daily_yields(self):
        """:return: ``{animal: (litres today, Yield of yesterday)}``"""
        rows = self.env["iot.milking.session"]._read_group(
            [
                ("animal_id", "in", self.ids),
                ("day", ">=", fields.Date.today() - timedelta(days=_DAYS)),
            ],
            ["animal_id", "day:day"],
            ["liters:sum"],
        )
        by_animal = {}
        for animal, day, liters in rows:
            by_animal.setdefault(animal, {})[day] = liters
        found = {}
        for animal in self:
            by_day, today = by_animal.get(animal, {}), animal._local_day()
            yesterday: Yield = compare(by_day, today - timedelta(days=1))
            found[animal] = by_day.get(today, 0.0), yesterday
        return found

    def _local_day(self, time=None):
        """:param time: naive UTC datetime; None for now"""
        at = (time or fields.Datetime.now()).replace(tzinfo=to_zone("UTC"))
        return local_day(at, to_zone(self.farm_id.tz or "UTC"))

    @api.model
    def _find_milked(self, farm, number, tag):
        """The animal that a meter names, by its number or its ear tag; or none.

        Archived ones as well: who was sold yesterday was milked the day before.
        """
        if not farm or (number is None and not tag):
            return self.browse()
        numbers, tags = self._numbers_of(farm)
        return self.browse(numbers.get(number) or tags.get(tag) or ())

    def _numbers_of(self, farm):
        """``({number: id}, {ear tag: id})``, read once in a transaction."""
        known = self.env.cr.cache.setdefault("smartdairy_iot.animals", {})
        if farm.id not in known:
            herd = self.with_context(active_test=False).search(
                [("farm_id", "=", farm.id)]
            )
            known[farm.id] = (
                {animal.number: animal.id for animal in herd},
                {animal.ear_tag: animal.id for animal in herd if animal.ear_tag},
            )
        return known[farm.id]

    @api.model_create_multi
    def create(self, vals_list):
        animals = super().create(vals_list)
        animals._take_milkings()
        return animals

    def write(self, vals):
        done = super().write(vals)
        if not {"number", "ear_tag", "farm_id"}.isdisjoint(vals):
            self._take_milkings()
        return done

    def _take_milkings(self):
        """What was milked of it before anybody had entered it, or its number."""
        self.env.cr.cache.pop("smartdairy_iot.animals", None)
        self.flush_recordset()
        self.env["iot.milking.session"].flush_model()
        # Raw SQL: people who enter animals may not write milkings.
        self.env.cr.execute(SQL(_TAKE, self.ids))
        self.env["iot.milking.session"].invalidate_model(["animal_id"])

    def action_view_milkings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_milking_session_action"
        )
        action["domain"] = [("animal_id", "=", self.id)]
        action["context"] = {}
        return action


# An animal may also have got another number: what it had by the old one stays.
_TAKE = """
UPDATE iot_milking_session AS milking SET animal_id = animal.id
  FROM farm_animal AS animal
 WHERE animal.id = ANY(%s) AND milking.animal_id IS NULL
   AND milking.farm_id = animal.farm_id
   AND (milking.animal_number = animal.number OR milking.animal_tag = animal.ear_tag)
"""
