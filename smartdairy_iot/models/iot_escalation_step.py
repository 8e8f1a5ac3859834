from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from .iot_alert_subscription import aware

_CHANNELS = ("odoo", "email", "push", "sms")


class IotEscalationStep(models.Model):
    _name = "iot.escalation.step"
    _description = "IoT Escalation: Step"
    _order = "escalation_id, after_minutes, id"

    escalation_id = fields.Many2one(
        "iot.escalation", required=True, index=True, ondelete="cascade"
    )
    after_minutes = fields.Integer("After (minutes)", required=True, default=15)
    user_ids = fields.Many2many(
        "res.users", string="People", domain="[('share', '=', False)]"
    )
    oncall_id = fields.Many2one(
        "iot.oncall",
        "Who Is on Call",
        ondelete="restrict",
        help="Whoever is on call then. When nobody is, everybody in the list.",
    )
    by_odoo = fields.Boolean("Odoo", default=True)
    by_email = fields.Boolean("E-mail", default=True)
    by_push = fields.Boolean("Push", default=True)
    by_sms = fields.Boolean("SMS")

    _after_not_negative = models.Constraint(
        "CHECK(after_minutes >= 0)", "A step cannot be taken before the alert."
    )

    @api.constrains("user_ids", "oncall_id", *(f"by_{name}" for name in _CHANNELS))
    def _check_reaches_somebody(self):
        for step in self:
            if not step.user_ids and not step.oncall_id:
                raise ValidationError(
                    _(
                        "The step after %(minutes)s minutes tells nobody: choose "
                        "people, or an on-call list.",
                        minutes=step.after_minutes,
                    )
                )
            if not step._channels():
                raise ValidationError(
                    _(
                        "The step after %(minutes)s minutes has no channel: choose "
                        "one.",
                        minutes=step.after_minutes,
                    )
                )

    def _channels(self):
        return [channel for channel in _CHANNELS if self[f"by_{channel}"]]

    def _users_at(self, moment):
        """:param moment: aware"""
        on_call = self.oncall_id._users_to_call(moment) if self.oncall_id else ()
        return self.user_ids.filtered("active").union(*on_call)

    def _tell(self, alerts):
        """Whoever is configured here is to be woken: their quiet hours do not count."""
        users = self._users_at(aware(fields.Datetime.now()))
        told = {(u.id, channel): None for u in users for channel in self._channels()}
        subscriptions = self.env["iot.alert.subscription"]
        groups = subscriptions._only_to_who_may_see([(alerts, told)])
        self.env["iot.notification"]._put("escalated", groups)
        self._note(groups)

    def _note(self, groups):
        """In the chatter: who was woken when is part of the alert's story."""
        bodies = {}
        for alerts, found in groups:
            user_ids = dict.fromkeys(user_id for user_id, _channel in found)
            names = ", ".join(self.env["res.users"].browse(user_ids).mapped("name"))
            if names:
                bodies |= dict.fromkeys(alerts.ids, self._describe_told(names))
        self.env["iot.alert"].browse(bodies)._message_log_batch(bodies)

    def _describe_told(self, names):
        if not self.after_minutes:
            return _("Called at once: %(names)s.", names=names)
        return _(
            "Not acknowledged for %(minutes)s minutes. Told: %(names)s.",
            minutes=self.after_minutes,
            names=names,
        )
