"""Odoo itself: the toast in the web client, and the bell."""

from odoo import models

from ..notify.outcome import Outcome


class IotNotification(models.Model):
    _inherit = "iot.notification"

    def _send_odoo(self):
        for row in self:
            row.user_id._bus_send("smartdairy_iot/notification", row._to_bus())
        return dict.fromkeys(self, Outcome(True))

    def _to_bus(self):
        """What the toast shows: ``{id, alert, event, title, body, severity, sound}``"""
        self.ensure_one()
        return {
            "id": self.id,
            "alert": self.alert_id._to_bus() if self.alert_id else False,
            "event": self.event,
            "title": self.alert_id.device_id.name or "",
            "body": self.alert_id.message or "",
            "severity": self.severity or "low",
            "sound": self.severity == "critical",
        }
