from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..alerts.outside import minutes_so_far
from ..alerts.snapshot import to_band
from .farm_farm import to_iso
from .iot_threshold import SEVERITY_SELECTION

_OPEN = ("new", "acknowledged")
STATES = [
    ("new", "New"),
    ("acknowledged", "Acknowledged"),
    ("resolved", "Resolved"),
    ("dismissed", "Dismissed"),
]
CAUSES = [
    ("door", "Door left open"),
    ("power", "Power cut"),
    ("cleaning", "Cleaning"),
    ("defrost", "Defrost"),
    ("filling", "Warm milk filled in"),
    ("chiller", "Chiller fault"),
    ("sensor", "Sensor fault"),
    ("other", "Other"),
]

# While nothing is measured nobody knows how warm the milk was.
_ABOUT_MILK = ("limit", "rate", "deviation", "no_data")


class IotAlert(models.Model):
    """One breach of one rule by one device, from its beginning to its end.

    ``state`` is what people did about it, ``is_active`` whether the condition still
    holds. An acknowledged alert stays until the condition clears; one that cleared by
    itself stays until somebody has seen it. An alert is never deleted.
    """

    _name = "iot.alert"
    _description = "IoT Alert"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "is_open desc, started_at desc, id desc"
    _rec_name = "message"

    device_id = fields.Many2one(
        "iot.device", required=True, index=True, ondelete="restrict"
    )
    # Precomputed: else thousands that begin at once are written three times.
    farm_id = fields.Many2one(
        related="device_id.farm_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="device_id.company_id", store=True, precompute=True
    )
    threshold_id = fields.Many2one("iot.threshold", ondelete="set null", index=True)
    kind = fields.Char(
        required=True,
        default="limit",
        help="What was watched: limit, rate, deviation, no_data, offline, battery …",
    )
    kind_text = fields.Char("What Was Watched", compute="_compute_kind_text")
    alert_type = fields.Char(required=True, help="Such as high_temperature.")
    severity = fields.Selection(SEVERITY_SELECTION, required=True, tracking=True)
    message = fields.Char(required=True)
    state = fields.Selection(
        STATES,
        string="Status",
        default="new",
        required=True,
        tracking=True,
        copy=False,
    )
    is_active = fields.Boolean(string="Condition Holds", default=True, copy=False)
    is_open = fields.Boolean(
        compute="_compute_is_open", store=True, index=True, precompute=True
    )
    is_historic = fields.Boolean(
        string="Historic",
        readonly=True,
        help="Found in readings that came long after they were measured. It was over "
        "before anybody could be told.",
    )
    affected_device_ids = fields.Many2many(
        "iot.device",
        string="Affected Devices",
        readonly=True,
        help="Of a silent gateway: the devices that it publishes for.",
    )
    reading_type = fields.Char(help="Empty: it is about the device itself.")
    # As they were when it happened: a later edit of the rule changes nothing past.
    # Not rounded: the rules compare them with what is measured next.
    trigger_value = fields.Float(aggregator=None)
    threshold_value = fields.Float(aggregator=None, string="Limit")
    peak_value = fields.Float(aggregator="max", help="The value furthest outside.")
    unit = fields.Char()
    rule_snapshot = fields.Json(readonly=True, copy=False)
    rule_text = fields.Text(string="Rule as It Was", compute="_compute_rule_text")
    started_at = fields.Datetime(required=True, index=True)
    cleared_at = fields.Datetime(copy=False)
    active_since = fields.Datetime(
        readonly=True, copy=False, help="Since when the condition holds now."
    )
    outside_minutes = fields.Float(
        string="Minutes Outside",
        readonly=True,
        copy=False,
        help="Of the spans that are over, all together.",
    )
    outside_now = fields.Integer(
        string="Minutes Outside until Now",
        compute="_compute_outside_now",
        help="All spans together, the one that goes on included.",
    )
    outside_text = fields.Char(string="Outside For", compute="_compute_outside_now")
    acknowledged_at = fields.Datetime(readonly=True, copy=False)
    acknowledged_by = fields.Many2one("res.users", readonly=True, copy=False)
    resolved_at = fields.Datetime(string="Ended At", readonly=True, copy=False)
    resolved_by = fields.Many2one(
        "res.users",
        string="Ended By",
        readonly=True,
        copy=False,
        help="Nobody: it ended by itself.",
    )
    assigned_id = fields.Many2one(
        "res.users",
        string="Assigned To",
        domain="[('share', '=', False)]",
        index="btree_not_null",
        tracking=True,
        copy=False,
    )
    cause = fields.Selection(CAUSES, tracking=True, copy=False)
    cause_note = fields.Char(string="Details of the Cause", tracking=True, copy=False)
    corrective_action = fields.Text(
        tracking=True, copy=False, help="What was done about it, and about the milk."
    )
    dismiss_reason = fields.Text(readonly=True, tracking=True, copy=False)
    needs_report = fields.Boolean(
        compute="_compute_needs_report",
        compute_sudo=True,
        help="By the farm's HACCP setting, it cannot be acknowledged without a cause "
        "and a corrective action.",
    )

    _one_open = models.UniqueIndex(
        "(device_id, threshold_id) WHERE state IN ('new', 'acknowledged')",
        "This device already has an open alert of this rule.",
    )

    @api.depends("kind")
    def _compute_kind_text(self):
        kinds = self.env["iot.threshold"]._fields["kind"]
        labels = dict(kinds._description_selection(self.env))
        for alert in self:
            alert.kind_text = labels.get(alert.kind, alert.kind)

    @api.depends("message", "device_id.name")
    def _compute_display_name(self):
        for alert in self:
            alert.display_name = f"{alert.device_id.name}: {alert.message}"

    @api.depends("state")
    def _compute_is_open(self):
        for alert in self:
            alert.is_open = alert.state in _OPEN

    @api.depends("severity", "kind", "farm_id.haccp_mode", "farm_id.haccp_kinds")
    def _compute_needs_report(self):
        for alert in self:
            farm = alert.farm_id
            is_meant = farm.haccp_mode == "always" or (
                farm.haccp_mode == "severe" and alert.severity in ("high", "critical")
            )
            is_about_it = farm.haccp_kinds == "all" or alert.kind in _ABOUT_MILK
            alert.needs_report = is_meant and is_about_it

    @api.depends("outside_minutes", "active_since")
    def _compute_outside_now(self):
        now = self._by_its_clock(fields.Datetime.now())
        for alert in self:
            minutes = int(
                minutes_so_far(alert.outside_minutes, alert.active_since, now[alert])
            )
            alert.outside_now = minutes
            alert.outside_text = self._describe_minutes(minutes)

    @api.model
    def _describe_minutes(self, minutes):
        if minutes < 1:
            return _("less than a minute")
        hours, rest = divmod(minutes, 60)
        if not hours:
            return _("%(minutes)s min", minutes=minutes)
        if hours < 48:
            return _("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)
        days, hours = divmod(hours, 24)
        return _("%(days)s d %(hours)s h", days=days, hours=hours)

    @api.depends("rule_snapshot")
    def _compute_rule_text(self):
        for alert in self:
            rule = alert.rule_snapshot
            alert.rule_text = "\n".join(self._describe_rule(rule)) if rule else False

    @api.model
    def _describe_rule(self, rule):
        """:param rule: see :func:`~..alerts.snapshot.to_snapshot`"""
        yield rule["name"]
        labels = dict(self._fields["severity"]._description_selection(self.env))
        for level in rule["levels"]:
            band = to_band(level["low"], level["high"], rule["unit"])
            severity = labels[level["severity"]]
            if level["on_delay"]:
                yield _(
                    "%(severity)s: outside %(band)s for %(minutes)s min",
                    severity=severity,
                    band=band,
                    minutes=f"{level['on_delay'] / 60:g}",
                )
            elif band:
                yield _("%(severity)s: outside %(band)s", severity=severity, band=band)
            else:
                yield severity
        if rule["deadband"]:
            inside = f"{rule['deadband']:g} {rule['unit']}".strip()
            yield _("Clear when %(inside)s inside", inside=inside)
        if rule["off_delay"]:
            minutes = f"{rule['off_delay'] / 60:g}"
            yield _("Clear after %(minutes)s min inside", minutes=minutes)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            _("Alerts are a record of what happened. They cannot be deleted.")
        )

    # Who is told ------------------------------------------------------------------

    @api.model
    def _wake_rules(self):
        """Run the evaluation soon; the one-minute interval is the safety net."""
        self.env["ir.cron"]._wake_once("smartdairy_iot.ir_cron_evaluate_rules")

    def _announce(self, event):
        """Tell what happened, once for each alert, in the transaction in which it did.

        :param event: ``raised``, ``risen``, ``realarm``, ``cleared``, ``acknowledged``,
            ``resolved`` or ``dismissed``
        """
        self._send_bus()

    def _send_bus(self):
        self.env["iot.live.watch"]._tell(self)

    def _send_to(self, audiences):
        """:param audiences: see :meth:`IotLiveWatch._audiences`"""
        watched = audiences["boards"]
        for alert in self.filtered(lambda alert: alert.farm_id.id in watched):
            alert.farm_id._bus_send("smartdairy_iot/alert", {"alert": alert._to_bus()})

    def _to_bus(self):
        self.ensure_one()
        # sudo - res.users: names of colleagues, for whoever sees the alert.
        acknowledged_by = self.acknowledged_by.sudo().name
        assigned_to = self.assigned_id.sudo().name
        return {
            "id": self.id,
            "device_id": self.device_id.device_id,
            "device_name": self.device_id.name,
            "farm_id": self.farm_id.id,
            "alert_type": self.alert_type,
            "kind": self.kind,
            "severity": self.severity,
            "state": self.state,
            "message": self.message,
            "trigger_value": self.trigger_value,
            "threshold_value": self.threshold_value,
            "peak_value": self.peak_value,
            "unit": self.unit or "",
            "created_at": to_iso(self.started_at),
            "cleared_at": to_iso(self.cleared_at),
            "acknowledged_at": to_iso(self.acknowledged_at),
            "acknowledged_by": acknowledged_by or False,
            "assigned_to": assigned_to or False,
            "is_active": self.is_active,
            "is_historic": self.is_historic,
            "needs_report": self.needs_report,
        }
