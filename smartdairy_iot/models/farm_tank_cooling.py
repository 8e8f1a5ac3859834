from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..coldchain.sample import Tank
from ..rules.rule import severity_rank

PRODUCTS = [
    ("raw_milk", "Raw Milk"),
    ("pasteurized", "Pasteurized Milk"),
    ("skimmed", "Skimmed Milk"),
    ("cream", "Cream"),
    ("whey", "Whey"),
    ("other", "Other"),
]
PHASES = [
    ("empty", "Empty"),
    ("filling", "Filling"),
    ("cooling", "Cooling"),
    ("storage", "Storage"),
    ("emptying", "Emptying"),
    ("washing", "Washing"),
]
MILKING_SYSTEMS = [
    ("conventional", "At Set Times"),
    ("automatic", "Robots, All Day"),
]
# Field of the tank → reading type that its device gives.
SOURCES = {
    "probe_id": "temperature",
    "volume_device_id": "volume",
    "flow_device_id": "flow_rate",
    "agitator_device_id": "running",
}
_MAPPED = {*SOURCES, "cooling_standard_id", "farm_id"}


class FarmTank(models.Model):
    """What is in a tank, which device tells what of it, and by what it is judged."""

    _inherit = "farm.tank"

    location = fields.Char(help="Where in the farm, such as Milk room.")
    product = fields.Selection(PRODUCTS, default="raw_milk")
    cooling_standard_id = fields.Many2one(
        "iot.cooling.standard",
        string="Own Cooling Standard",
        index="btree_not_null",
        domain="[('company_id', 'in', [company_id, False])]",
        help="Empty: the farm's.",
    )
    standard_id = fields.Many2one(
        "iot.cooling.standard",
        string="Judged By",
        compute="_compute_standard_id",
        help="The tank's own standard, or else its farm's.",
    )
    probe_id = fields.Many2one(
        "iot.device",
        string="Temperature From",
        copy=False,
        domain="[('farm_id', '=', farm_id), ('device_type', 'not in',"
        " ('milk_meter', 'gateway'))]",
        index="btree_not_null",
        help="The probe in the milk. Its temperature is judged by the standard instead "
        "of by thresholds; those for this very device stay.",
    )
    volume_device_id = fields.Many2one(
        "iot.device",
        string="Volume From",
        domain="[('farm_id', '=', farm_id)]",
        help="A level sensor that sends the litres in the tank. With it, milkings and "
        "collections are known to a few minutes.",
    )
    flow_device_id = fields.Many2one(
        "iot.device",
        string="Inflow From",
        domain="[('farm_id', '=', farm_id), ('device_type', '=', 'flow_sensor')]",
        help="A flow sensor on the pipe into this tank.",
    )
    agitator_device_id = fields.Many2one(
        "iot.device",
        string="Agitator From",
        domain="[('farm_id', '=', farm_id)]",
        help="A device that sends “running”: 0 while the agitator stands still.",
    )
    milking_system = fields.Selection(
        MILKING_SYSTEMS,
        string="Milked",
        default="conventional",
        required=True,
        help="Where robots milk, no milking ends: a standard asks for other limits.",
    )
    milking_gap_minutes = fields.Integer(
        string="Milking Ends After (min)",
        default=30,
        help="So long without inflow, a milking has ended. More is another one.",
    )
    usual_milking_minutes = fields.Integer(
        string="Usual Milking (min)",
        default=120,
        help="How long a milking takes. Asked only where neither volume nor inflow is "
        "measured: its end is estimated by it.",
    )
    state_ids = fields.One2many("iot.tank.state", "tank_id")
    batch_ids = fields.One2many("iot.tank.batch", "tank_id")
    cooling_ids = fields.One2many("iot.tank.cooling", "tank_id")
    alert_ids = fields.One2many("iot.alert", "tank_id")
    phase = fields.Selection(PHASES, compute="_compute_state", search="_search_phase")
    phase_since = fields.Datetime(compute="_compute_state")
    temperature = fields.Float(compute="_compute_state", digits=(6, 1))
    volume = fields.Float(string="Volume (L)", compute="_compute_state", digits=(8, 0))
    measured_at = fields.Datetime(compute="_compute_state")
    last_milking_end = fields.Datetime(compute="_compute_state")
    due_at = fields.Datetime(compute="_compute_state")
    countdown = fields.Char(
        compute="_compute_countdown",
        help="What the milk must be next, until when, and when it will be so.",
    )
    is_supervised = fields.Boolean(compute="_compute_is_supervised")
    not_judged = fields.Char(
        compute="_compute_is_supervised", help="What is missing, and what to do."
    )
    alert_count = fields.Integer(string="Active Alerts", compute="_compute_alerts")
    alert_text = fields.Char(string="What Is Wrong", compute="_compute_alerts")

    _times_positive = models.Constraint(
        "CHECK(milking_gap_minutes > 0 AND usual_milking_minutes > 0)",
        "The minutes of a milking and of its end are at least one.",
    )
    _probe_unique = models.Constraint(
        "UNIQUE(probe_id)", "This probe tells the temperature of another tank."
    )

    @api.constrains(*SOURCES, "farm_id")
    def _check_sources(self):
        for tank in self:
            for name in SOURCES:
                device = tank[name]
                if device and device.farm_id != tank.farm_id:
                    raise ValidationError(
                        _(
                            "%(device)s is not a device of %(farm)s and cannot tell "
                            "about the tank %(tank)s.",
                            device=device.name,
                            farm=tank.farm_id.name,
                            tank=tank.name,
                        )
                    )

    @api.depends("cooling_standard_id", "farm_id.cooling_standard_id")
    def _compute_standard_id(self):
        for tank in self:
            own, farm = tank.cooling_standard_id, tank.farm_id.cooling_standard_id
            tank.standard_id = own or farm

    @api.depends("standard_id", "probe_id")
    @api.depends_context("lang")
    def _compute_is_supervised(self):
        for tank in self:
            tank.is_supervised = bool(tank.standard_id and tank.probe_id)
            tank.not_judged = tank._describe_missing()

    def _describe_missing(self):
        if self.is_supervised:
            return False
        if self.standard_id:
            return _(
                "Not judged yet: choose the device that is in its milk, “Temperature "
                "From”."
            )
        if self.probe_id:
            return _("Not judged yet: choose a cooling standard for it or its farm.")
        return _(
            "Not judged yet: choose a cooling standard for it or its farm, and the "
            "device that is in its milk, “Temperature From”."
        )

    @api.depends("state_ids")
    def _compute_state(self):
        for tank in self:
            state = tank.state_ids
            tank.phase = state.phase
            tank.phase_since = state.phase_since
            tank.temperature = state.temperature
            tank.volume = state.volume
            tank.measured_at = state.measured_at
            tank.last_milking_end = state.last_milking_end
            tank.due_at = state.due_at

    def _search_phase(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("state_ids.phase", "in", value)]

    @api.depends("state_ids", "farm_id.tz")
    @api.depends_context("lang")
    def _compute_countdown(self):
        now = fields.Datetime.now()
        for tank in self:
            tank.countdown = tank.state_ids._describe_countdown(now)

    def _compute_alerts(self):
        """How many are open, and what the gravest says."""
        found = self.env["iot.alert"].search(
            [("tank_id", "in", self.ids), ("is_open", "=", True)], order="id desc"
        )
        by_tank = found.grouped("tank_id")
        for tank in self:
            alerts = by_tank.get(tank, found.browse())
            gravest = alerts.sorted(lambda one: -severity_rank(one.severity))[:1]
            tank.alert_count = len(alerts)
            tank.alert_text = gravest.message

    @api.model_create_multi
    def create(self, vals_list):
        self.env["iot.device"]._forget_listener_map()
        return super().create(vals_list)

    def write(self, vals):
        if not _MAPPED.isdisjoint(vals):
            self.env["iot.device"]._forget_listener_map()
        return super().write(vals)

    def unlink(self):
        self.env["iot.device"]._forget_listener_map()
        return super().unlink()

    def action_view_alerts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_alert_action"
        )
        return action | {"domain": [("tank_id", "=", self.id)], "context": {}}

    # For the machine --------------------------------------------------------------

    @api.model
    def _supervised(self):
        """Tanks with a probe and a standard, of all companies."""
        # sudo - farm.tank: the listener and the scheduled action serve all companies.
        return self.sudo().search(
            [
                ("probe_id", "!=", False),
                "|",
                ("cooling_standard_id", "!=", False),
                ("farm_id.cooling_standard_id", "!=", False),
            ]
        )

    @api.model
    def _judged_device_ids(self):
        """Ids of the probes whose temperature a standard judges."""
        return self._supervised().probe_id.ids

    @api.model
    def _sensor_ids(self):
        """:return: set of ids of all devices that tell something of such a tank"""
        tanks = self._supervised()
        return {id_ for name in SOURCES for id_ in tanks[name].ids}

    def _to_tank(self, standard):
        """:return: :class:`~..coldchain.sample.Tank`"""
        self.ensure_one()
        return Tank(
            self.capacity_liters or 0.0,
            self.milking_gap_minutes * 60.0,
            self.usual_milking_minutes * 60.0,
            standard.cold,
            self.milking_system == "automatic",
        )
