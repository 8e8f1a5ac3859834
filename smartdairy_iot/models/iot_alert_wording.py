"""An alert in words, for messages, and as data, for programs."""

from datetime import timezone

from odoo import _, models
from odoo.tools.misc import format_datetime, formatLang

from ..notify.number import decimals
from ..zone import to_zone
from .farm_farm import to_iso

_TIME = "d MMM HH:mm"  # who reads it may be in another zone than the milk


class IotAlert(models.Model):
    _inherit = "iot.alert"

    def _describe_value(self, value):
        """``9.1 °C``, with the decimal point of the language."""
        number = formatLang(self.env, value, digits=decimals(value))
        return f"{number} {self.unit or ''}".strip()

    def _describe_breach(self, value):
        """``Temperature 9.1 °C (max 6 °C)``; what is no limit says what it is."""
        side = self.alert_type.partition("_")[0]
        if self.kind != "limit" or side not in ("high", "low"):
            return self.message
        reached = self._level_reached(side)
        reading_types = self.env["iot.threshold"]._fields["reading_type"]
        labels = dict(reading_types._description_selection(self.env))
        words = {
            "what": labels.get(self.reading_type, self.reading_type),
            "value": self._describe_value(value),
            "limit": self._describe_value(self.threshold_value),
            "severity": self._describe_severity().lower(),
            "reached": reached is not None and self._describe_value(reached),
        }
        if side == "high":
            if reached is not None:
                return _(
                    "%(what)s %(value)s (max %(limit)s, %(severity)s from %(reached)s)",
                    **words,
                )
            return _("%(what)s %(value)s (max %(limit)s)", **words)
        if reached is not None:
            return _(
                "%(what)s %(value)s (min %(limit)s, %(severity)s from %(reached)s)",
                **words,
            )
        return _("%(what)s %(value)s (min %(limit)s)", **words)

    def _level_reached(self, side):
        """The limit of the level that made it as severe, None if that is the first."""
        levels = (self.rule_snapshot or {}).get("levels", [])
        of_side = {level["severity"]: level[side] for level in levels}
        reached = of_side.get(self.severity)
        is_further = reached is not None and reached != self.threshold_value
        return reached if is_further else None

    def _describe_time(self, time):
        """In the zone of the farm, where the milk is: ``5 Jan 12:12 CET``."""
        tz = self.farm_id.tz or self.env.user.tz or "UTC"
        return describe_time(self.env, time, tz) if time else ""

    def _get_link(self):
        """To the alert; it asks for a login when there is none."""
        self.ensure_one()
        # Not _notify_get_action_link: it signs a token for recipients without a login.
        path = f"/mail/view?model={self._name}&res_id={self.id}"
        return f"{self.get_base_url()}{path}"

    def _to_message(self):
        """What MQTT and webhooks tell of an alert, see docs/alerts-channels.md. In UTC.

        Keys are only ever added: programs of others read them.
        """
        self.ensure_one()
        # sudo - res.users: the name of who acknowledged, for whoever hears of it.
        acknowledged_by = self.acknowledged_by.sudo().name
        return {
            "id": self.id,
            "kind": self.kind,
            "alert_type": self.alert_type,
            "severity": self.severity,
            "state": self.state,
            "is_active": self.is_active,
            "message": self.message,
            "device_id": self.device_id.device_id,
            "device_name": self.device_id.name,
            "farm_id": self.farm_id.id or None,
            "farm_name": self.farm_id.name or None,
            "affected_device_ids": self.affected_device_ids.mapped("device_id"),
            "reading_type": self.reading_type,
            "trigger_value": self.trigger_value,
            "threshold_value": self.threshold_value,
            "peak_value": self.peak_value,
            "unit": self.unit or "",
            "started_at": to_iso(self.started_at) or None,
            "cleared_at": to_iso(self.cleared_at) or None,
            "acknowledged_at": to_iso(self.acknowledged_at) or None,
            "acknowledged_by": acknowledged_by or None,
            "resolved_at": to_iso(self.resolved_at) or None,
            "url": self._get_link(),
        }


def describe_time(env, time, tz):
    """
    :param time: UTC without a zone
    :param tz: name of a zone
    """
    zone = time.replace(tzinfo=timezone.utc).astimezone(to_zone(tz)).tzname()
    name = f"UTC{zone}" if zone[0] in "+-" else zone  # many have no abbreviation
    return f"{format_datetime(env, time, tz=tz, dt_format=_TIME)} {name}"
