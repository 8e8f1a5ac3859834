from datetime import datetime, timezone

from odoo import api, models

_TOLD = frozenset({"state", "severity", "acknowledged_at", "resolved_at"})


class IotAlert(models.Model):
    """What becomes of an alert, step by step, in ``alert_history`` of the store."""

    _inherit = "iot.alert"

    @api.model_create_multi
    def create(self, vals_list):
        alerts = super().create(vals_list)
        alerts._tell_history()
        return alerts

    def write(self, vals):
        if _TOLD.isdisjoint(vals):
            return super().write(vals)
        before = {alert: [alert[name] for name in _TOLD] for alert in self}
        done = super().write(vals)
        self.filtered(
            lambda alert: [alert[name] for name in _TOLD] != before[alert]
        )._tell_history()
        return done

    def _tell_history(self):
        now = datetime.now(timezone.utc).isoformat()
        # sudo - iot.store.outbox: whoever may change an alert adds to its history.
        self.env["iot.store.outbox"].sudo()._put(
            "alert_history", [{"time": now, **alert._to_history()} for alert in self]
        )

    def _to_history(self):
        # sudo - res.users: the login of who acknowledged, whoever changes the alert.
        login = self.acknowledged_by.sudo().login
        return {
            "alert_id": str(self.id),
            "device_id": self.device_id.device_id,
            "alert_type": self.alert_type[:50],
            "severity": self.severity,
            "message": self.message,
            "trigger_value": self.trigger_value,
            "threshold_value": self.threshold_value,
            "state": self.state,
            "acknowledged_at": _aware(self.acknowledged_at),
            "acknowledged_by": (login or "")[:100] or None,
            "resolved_at": _aware(self.resolved_at),
        }


def _aware(time):
    return time.replace(tzinfo=timezone.utc).isoformat() if time else None
