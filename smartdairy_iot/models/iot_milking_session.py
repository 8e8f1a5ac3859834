from datetime import timezone

from odoo import api, fields, models
from odoo.fields import Domain

from ..milking.day import local_day, milking_of
from ..zone import to_zone


class IotMilkingSession(models.Model):
    """One milking of one animal at one meter.

    Made of what the meter said, by :meth:`_cron_build`; nobody edits it. It stays when
    the readings are dropped. What nobody has measured is NULL, and in no average.
    """

    _name = "iot.milking.session"
    _description = "Milking"
    _order = "start desc, id desc"
    _rec_name = "session_ref"
    _log_access = False

    device_id = fields.Many2one(
        "iot.device", string="Meter", required=True, readonly=True, ondelete="cascade"
    )
    session_ref = fields.Char(
        string="Session", readonly=True, help="What the meter calls this milking."
    )
    farm_id = fields.Many2one("farm.farm", readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", readonly=True)
    stall_id = fields.Many2one("farm.stall", readonly=True, ondelete="set null")
    animal_id = fields.Many2one("farm.animal", readonly=True, ondelete="set null")
    animal_number = fields.Integer(
        readonly=True, aggregator=False, help="As the meter says it."
    )
    animal_tag = fields.Char(string="Ear Tag", readonly=True)
    animal_label = fields.Char(string="Animal Milked", compute="_compute_animal_label")
    start = fields.Datetime(readonly=True, required=True)
    end = fields.Datetime(
        readonly=True, required=True, help="The newest message, while it runs."
    )
    day = fields.Date(readonly=True, help="Where it ends, by the farm's calendar.")
    is_today = fields.Boolean(
        string="Today",
        compute="_compute_is_today",
        search="_search_is_today",
        help="By the farm's calendar.",
    )
    milking = fields.Selection(
        [("morning", "Morning"), ("evening", "Evening"), ("other", "Other")],
        string="Time of Day",
        readonly=True,
        help="By the farm's clock: begun from 3 to 12, from 14 to 22, or else.",
    )
    state = fields.Selection(
        [
            ("running", "Running"),
            ("closed", "Closed"),
            ("incomplete", "Incomplete"),
        ],
        readonly=True,
        required=True,
        index=True,
        help="Incomplete: its start or its end was never told.",
    )
    closed_by = fields.Selection(
        [
            ("end", "Its end was told"),
            ("next", "The next one began"),
            ("silence", "Silence"),
        ],
        readonly=True,
    )
    has_start = fields.Boolean(string="Start Told", readonly=True)
    has_end = fields.Boolean(string="End Told", readonly=True)
    liters = fields.Float(string="Litres", digits=(16, 2), readonly=True)
    measured_liters = fields.Float(
        string="Litres of Its Readings",
        digits=(16, 2),
        readonly=True,
        help="What the readings add up to, where the end declares the whole.",
    )
    duration = fields.Float(
        string="Duration (min)", digits=(16, 1), readonly=True, aggregator="avg"
    )
    average_flow = fields.Float(
        string="Average Flow (L/min)", digits=(16, 2), readonly=True, aggregator="avg"
    )
    peak_flow = fields.Float(
        string="Peak Flow (L/min)", digits=(16, 2), readonly=True, aggregator="max"
    )
    fat = fields.Float(
        string="Fat (%)", digits=(16, 2), readonly=True, aggregator="avg"
    )
    protein = fields.Float(
        string="Protein (%)", digits=(16, 2), readonly=True, aggregator="avg"
    )
    conductivity = fields.Float(
        string="Conductivity (mS/cm)", digits=(16, 2), readonly=True, aggregator="avg"
    )
    conductivity_max = fields.Float(
        string="Highest Conductivity (mS/cm)",
        digits=(16, 2),
        readonly=True,
        aggregator="max",
    )
    scc = fields.Integer(
        string="Somatic Cells (per mL)",
        readonly=True,
        aggregator="avg",
        help="The geometric mean of its readings.",
    )
    message_count = fields.Integer(string="Messages", readonly=True)
    is_late = fields.Boolean(
        string="Late", readonly=True, help="Something of it came late."
    )
    delay_minutes = fields.Float(
        string="Latest Delay (min)", digits=(16, 1), readonly=True, aggregator="max"
    )

    _device_start_index = models.Index("(device_id, start)")
    _farm_day_index = models.Index("(farm_id, day)")
    _animal_start_index = models.Index("(animal_id, start)")

    @api.depends("day", "farm_id.tz")
    def _compute_is_today(self):
        for session in self:
            session.is_today = session.day == session.farm_id._today()

    def _search_is_today(self, operator, value):
        """Each farm has a day of its own."""
        if operator != "in":
            return NotImplemented
        # sudo - farm.farm: what one may see of milkings, their own rules say.
        farms = self.env["farm.farm"].sudo().with_context(active_test=False).search([])
        days = farms.grouped(lambda farm: farm._today())
        today = Domain.OR(
            [("farm_id", "in", of_day.ids), ("day", "=", day)]
            for day, of_day in days.items()
        )
        if True in value:
            return Domain.TRUE if False in value else today
        return ~today

    @api.depends("animal_id.display_name", "animal_number", "animal_tag")
    @api.depends_context("lang")
    def _compute_animal_label(self):
        for session in self:
            said = session.animal_tag or session.animal_number
            if session.animal_id:
                session.animal_label = session.animal_id.display_name
            elif said:
                session.animal_label = self.env._(
                    "%(number)s, not entered", number=said
                )
            else:
                session.animal_label = self.env._("Unknown")

    @api.depends("animal_label", "start")
    @api.depends_context("tz", "lang")
    def _compute_display_name(self):
        for session in self:
            start = fields.Datetime.context_timestamp(session, session.start)
            session.display_name = self.env._(
                "%(animal)s, %(time)s",
                animal=session.animal_label,
                time=start.strftime("%Y-%m-%d %H:%M"),
            )

    @api.model
    def _place_in_time(self, start, end, tz):
        """``(day, milking)`` of the farm's calendar. It is of the day it ends in.

        :param start, end: aware datetimes
        """
        zone = to_zone(tz or "UTC")
        return local_day(end, zone), milking_of(start, zone)

    def action_view_readings(self):
        """What its meter said meanwhile."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_sensor_reading_action"
        )
        action["domain"] = [
            ("device_id", "=", self.device_id.id),
            ("timestamp", ">=", self.start),
            ("timestamp", "<=", self.end),
        ]
        action["context"] = {}
        return action

    def _place_again(self):
        """The farm's calendar has changed."""
        days = set()
        for (farm, day), sessions in self.grouped(lambda s: (s.farm_id, s.day)).items():
            days.add((farm.id, day))
            for session in sessions:
                placed = session._place_in_time(
                    session.start.replace(tzinfo=timezone.utc),
                    session.end.replace(tzinfo=timezone.utc),
                    farm.tz,
                )
                if placed != (session.day, session.milking):
                    # sudo - iot.milking.session: nobody writes it by hand.
                    session.sudo().write({"day": placed[0], "milking": placed[1]})
                    days.add((farm.id, placed[0]))
        self.env["iot.milk.quality"]._refresh(days)
