"""Odoo itself: toast, inbox and activity."""

from markupsafe import Markup

from odoo import _, models

from ..notify.outcome import Outcome
from .iot_alert_assignment import _ACTIVITY
from .iot_notification_plan import BEGINNING

_SHOWN = 10  # lines of a toast


class IotNotification(models.Model):
    _inherit = "iot.notification"

    def _send_odoo(self):
        for row in self:
            mine = row._for_recipient()
            row.user_id._bus_send("smartdairy_iot/notification", mine._to_bus())
            # Whoever wants e-mails instead of an inbox gets them by that channel.
            if row.user_id.notification_type == "inbox":
                mine._put_in_inbox()
        self._ask_first_recipients()
        return dict.fromkeys(self, Outcome(True))

    def _to_bus(self):
        """What the toast shows.

        :return: ``{id, alert, alert_ids, event, title, body, severity, sound}``: alert
            as of ``iot.alert._to_bus``, False for a digest; body may have many lines
        """
        self.ensure_one()
        alerts = self._told_alerts()
        lines = self._lines(alerts[:_SHOWN])
        if len(alerts) > _SHOWN:
            lines.append(_("and %(count)s more", count=len(alerts) - _SHOWN))
        return {
            "id": self.id,
            "alert": self.alert_id._to_bus() if self.alert_id else False,
            "alert_ids": alerts.ids,
            "event": self.event,
            "title": f"{self._label()}: {self._headline()}",
            "body": "\n".join(lines),
            "severity": self._severity_told(),
            "sound": self.severity == "critical" and self._is_bad_news(),
        }

    def _severity_told(self):
        """A digest of what is over is no reason to run."""
        is_old_news = not self.alert_id and not self._is_bad_news()
        return (not is_old_news and self.severity) or "low"

    def _is_bad_news(self):
        rows = self.digested_ids or self
        return not set(BEGINNING).isdisjoint(rows.mapped("event"))

    def _lines(self, alerts):
        """What there is to say beside the headline."""
        if self.alert_id:
            return [self._where_and_since(self.alert_id)]
        return [
            self.env._(
                "%(severity)s: %(device)s: %(breach)s, %(state)s",
                severity=alert._describe_severity(),
                device=alert.device_id.name,
                breach=alert._describe_breach(alert.peak_value),
                state=alert._describe_span(),
            )
            for alert in alerts
        ]

    def _where_and_since(self, alert):
        farm = alert.farm_id.name or alert.device_id.device_id
        return f"{farm}, {alert._describe_span()}"

    def _put_in_inbox(self):
        body = Markup("<br/>").join(self._lines(self._told_alerts()))
        # A digest is about no single record.
        thread = self.alert_id or self.env["mail.thread"]
        thread.with_context(iot_inbox_only=True).message_notify(
            partner_ids=self.user_id.partner_id.ids,
            subject=f"{self._label()}: {self._headline()}",
            body=body,
        )

    def _ask_first_recipients(self):
        """Of a severe alert that nobody has been given, the first one told is asked."""
        asked = self.filtered(
            lambda row: (
                row.event in ("raised", "risen", "escalated")
                and row.severity in ("high", "critical")
                and row.alert_id.state == "new"
                and not row.alert_id.assigned_id
            )
        )
        busy = set(asked.alert_id.activity_search([_ACTIVITY]).mapped("res_id"))
        for alert, rows in asked.grouped("alert_id").items():
            if alert.id not in busy:
                # Quick: Odoo would send an e-mail about the activity, which is a
                # channel of its own here.
                alert.with_context(mail_activity_quick_update=True).activity_schedule(
                    _ACTIVITY,
                    summary=_("Alert: %(message)s", message=alert.message),
                    user_id=rows[:1].user_id.id,
                )
