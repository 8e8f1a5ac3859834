"""What a notification says, in the recipient's language."""

from datetime import timedelta

from odoo import _, models
from odoo.tools.misc import formatLang

_STILL_WRONG = {"raised", "risen", "realarm", "escalated", "reminder"}
_NAMED = 2  # devices in the headline of a digest
_AT_ONCE = timedelta(minutes=1)


class IotNotification(models.Model):
    _inherit = "iot.notification"

    def _for_recipient(self):
        """The same row in the recipient's language, and as the system: the channels
        run without a user of their own."""
        self.ensure_one()
        lang = self.user_id.lang or self.company_id.partner_id.lang
        return self.with_context(lang=lang or self.env.lang)

    def _told_alerts(self):
        """The one alert, or all that a digest tells, the most severe first."""
        alerts = self.alert_id or self.digested_ids.alert_id
        ranks = {"critical": 0, "high": 1, "medium": 2, "low": 3}
        return alerts.sorted(
            lambda alert: (ranks[alert.severity], alert.started_at, alert.id)
        )

    def _label(self):
        """``HIGH``, or what happened when it is nothing bad: ``CLEARED``."""
        if not self._told_alerts():
            return _("TEST")
        if not self.alert_id and not self._is_bad_news():
            name, value = "event", "cleared"
        elif self.event in _STILL_WRONG or not self.alert_id:
            name, value = "severity", self.severity or self._told_alerts()[:1].severity
        else:
            name, value = "event", self.event
        labels = dict(self._fields[name]._description_selection(self.env))
        return (labels.get(value) or "").upper()

    def _headline(self):
        """``Cooling tank 2: Temperature 9.1 °C (max 6 °C)``"""
        if not self.alert_id:
            return self._digest_headline()
        alert = self.alert_id
        words = {
            "device": alert.device_id.name,
            "breach": alert._describe_breach(
                alert.trigger_value if self.event == "raised" else alert.peak_value
            ),
        }
        match self.event:
            case "realarm" | "reminder":
                return _("%(device)s: still %(breach)s", **words)
            case "escalated" if not self._is_at_once():
                return _("%(device)s: not acknowledged: %(breach)s", **words)
            case "cleared":
                return self._over_headline(words)
        return _("%(device)s: %(breach)s", **words)

    def _is_at_once(self):
        """The first step of an escalation may be the very news of the alert."""
        told_at = self.alert_id.told_at
        return bool(told_at and self.created_at - told_at < _AT_ONCE)

    def _over_headline(self, words):
        match self.alert_id.kind:
            case "limit" | "rate" | "deviation":
                return _("%(device)s: back to normal after %(breach)s", **words)
            case "offline" | "no_data":
                return _("%(device)s: heard again", **words)
        return _("%(device)s: over: %(breach)s", **words)

    def _digest_headline(self):
        alerts = self._told_alerts()
        if not alerts:
            return _("this is how alerts will reach you")
        if len(alerts) == 1:
            breach = alerts._describe_breach(alerts.peak_value)
            name = alerts.device_id.name
            return _("%(device)s: %(breach)s", device=name, breach=breach)
        devices = alerts.device_id.mapped("name")
        words = {
            "count": formatLang(self.env, len(alerts), digits=0),
            "devices": ", ".join(devices[:_NAMED]),
            "more": len(devices) - _NAMED,
        }
        if len(devices) > _NAMED:
            return _("%(count)s alerts: %(devices)s and %(more)s more", **words)
        return _("%(count)s alerts: %(devices)s", **words)

    def _short_text(self):
        """All in one line, for SMS and push: headline, since when, where."""
        alert = self.alert_id
        if not alert:
            return self._headline()
        words = {
            "headline": self._headline(),
            "time": alert._describe_time(alert.started_at),
            "farm": alert.farm_id.name or "",
        }
        if self.event in _STILL_WRONG:
            return _("%(headline)s, since %(time)s, %(farm)s", **words).rstrip(", ")
        return _("%(headline)s, %(farm)s", **words).rstrip(", ")
