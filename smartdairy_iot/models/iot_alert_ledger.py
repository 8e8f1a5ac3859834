from odoo import models

_RECORDED = (
    *("alert_type", "severity", "state", "message", "trigger_value", "peak_value"),
    *("threshold_value", "started_at", "cleared_at", "outside_minutes", "is_historic"),
    *("acknowledged_at", "resolved_at", "cause", "cause_note", "corrective_action"),
    "dismiss_reason",
)


class IotAlert(models.Model):
    """What the ledger keeps of an alert: what happened, and what was done about it."""

    _inherit = "iot.alert"

    def _to_ledger(self):
        """:return: what JSON can hold"""
        self.ensure_one()
        values = {name: self[name] for name in _RECORDED}
        return {
            **{name: _to_json(value) for name, value in values.items()},
            "device": self.device_id.device_id,
            "acknowledged_by": self.acknowledged_by.id,
            "resolved_by": self.resolved_by.id,
        }


def _to_json(value):
    return value.isoformat() if hasattr(value, "isoformat") else value
