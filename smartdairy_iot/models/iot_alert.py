from odoo import _, api, fields, models
from odoo.exceptions import UserError

from .farm_farm import to_iso
from .iot_threshold import SEVERITY_SELECTION

_OPEN = ("new", "acknowledged")


class IotAlert(models.Model):
    """One breach of one rule by one device, from its beginning to its end.

    ``state`` is what people did about it, ``is_active`` whether the condition still
    holds. An acknowledged alert stays until the condition clears; one that cleared by
    itself stays until somebody has seen it.
    """

    _name = "iot.alert"
    _description = "IoT Alert"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "is_open desc, started_at desc, id desc"
    _rec_name = "message"

    device_id = fields.Many2one(
        "iot.device", required=True, index=True, ondelete="cascade"
    )
    farm_id = fields.Many2one(related="device_id.farm_id", store=True, index=True)
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    threshold_id = fields.Many2one("iot.threshold", ondelete="set null", index=True)
    alert_type = fields.Char(required=True, help="Such as high_temperature.")
    severity = fields.Selection(SEVERITY_SELECTION, required=True, tracking=True)
    message = fields.Char(required=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("acknowledged", "Acknowledged"),
            ("resolved", "Resolved"),
            ("dismissed", "Dismissed"),
        ],
        default="new",
        required=True,
        tracking=True,
        copy=False,
    )
    is_active = fields.Boolean(string="Condition Holds", default=True, copy=False)
    is_open = fields.Boolean(compute="_compute_is_open", store=True, index=True)
    reading_type = fields.Char(required=True)
    # As they were when it happened: a later edit of the rule changes nothing past.
    # Not rounded: the rules compare them with what is measured next.
    trigger_value = fields.Float()
    threshold_value = fields.Float()
    peak_value = fields.Float(help="The value furthest outside.")
    unit = fields.Char()
    started_at = fields.Datetime(required=True, index=True)
    kind = fields.Char(default="limit")
    is_historic = fields.Boolean()
    outside_minutes = fields.Float()
    active_since = fields.Datetime()
    cleared_at = fields.Datetime(copy=False)
    acknowledged_at = fields.Datetime(readonly=True, copy=False)
    acknowledged_by = fields.Many2one("res.users", readonly=True, copy=False)
    resolved_at = fields.Datetime(readonly=True, copy=False)

    _one_open = models.UniqueIndex(
        "(device_id, threshold_id) WHERE state IN ('new', 'acknowledged')",
        "This device already has an open alert of this rule.",
    )

    @api.depends("state")
    def _compute_is_open(self):
        for alert in self:
            alert.is_open = alert.state in _OPEN

    # What people do ---------------------------------------------------------------

    def action_acknowledge(self):
        """Seen. It ends now if the condition has cleared, else when it does."""
        self._require_open(_("acknowledged"))
        pending = self.filtered(lambda alert: alert.state == "new")
        pending.write(
            {
                "state": "acknowledged",
                "acknowledged_at": fields.Datetime.now(),
                "acknowledged_by": self.env.uid,
            }
        )
        pending._end_if_cleared()
        pending._send_bus()
        return True

    def action_resolve(self):
        """Done with, even if the condition holds; it may then open anew."""
        self._require_open(_("resolved"))
        self._end("resolved")
        self._send_bus()
        return True

    def action_dismiss(self):
        self._require_open(_("dismissed"))
        self._end("dismissed")
        self._send_bus()
        return True

    def _require_open(self, what):
        for alert in self:
            if not alert.is_open:
                raise UserError(
                    _(
                        "The alert “%(message)s” has ended and cannot be %(what)s.",
                        message=alert.message,
                        what=what,
                    )
                )

    def _end_if_cleared(self):
        self.filtered(
            lambda alert: alert.state == "acknowledged" and not alert.is_active
        )._end("resolved")

    def _end(self, state):
        self.write({"state": state, "resolved_at": fields.Datetime.now()})

    # Who is told ------------------------------------------------------------------

    @api.model
    def _wake_rules(self):
        """Run the evaluation soon; the one-minute interval is the safety net."""
        # sudo - ir.cron: a trigger is no change of the job.
        self.env.ref("smartdairy_iot.ir_cron_evaluate_rules").sudo()._trigger()

    def _announce(self, event):
        self._send_bus()

    def _ask_again(self):
        self.filtered(lambda a: a.state == "acknowledged").write({"state": "new"})

    def _end_because(self, reason):
        self._track_set_log_message(reason)
        self.filtered("is_active").write(
            {"is_active": False, "cleared_at": fields.Datetime.now()}
        )
        self._end("resolved")
        self._send_bus()

    def _send_bus(self):
        for alert in self:
            alert.farm_id._bus_send("smartdairy_iot/alert", {"alert": alert._to_bus()})

    def _to_bus(self):
        self.ensure_one()
        # sudo - res.users: the name of who acknowledged, for whoever sees the alert.
        acknowledged_by = self.acknowledged_by.sudo().name
        return {
            "id": self.id,
            "device_id": self.device_id.device_id,
            "device_name": self.device_id.name,
            "farm_id": self.farm_id.id,
            "alert_type": self.alert_type,
            "severity": self.severity,
            "state": self.state,
            "message": self.message,
            "trigger_value": self.trigger_value,
            "threshold_value": self.threshold_value,
            "peak_value": self.peak_value,
            "unit": self.unit or "",
            "created_at": to_iso(self.started_at),
            "acknowledged_at": to_iso(self.acknowledged_at),
            "acknowledged_by": acknowledged_by or False,
            "is_active": self.is_active,
        }
