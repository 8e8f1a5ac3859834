from collections import defaultdict
from datetime import timezone

from odoo import _, api, fields, models
from odoo.tools import SQL, format_datetime, format_time

LOW_PERCENT = 20  # of battery and signal
_WRONG_MINUTES = 5  # of a clock
_SOON_DAYS = 30  # of a certificate
_FEW_INTERVALS = 5  # without a reading
_SAID = (
    *("offline", "no_data", "battery", "signal", "clock_drift", "certificate"),
    *("stuck", "implausible"),
)


class IotDevice(models.Model):
    """A device's health in plain words, and what it takes to know it.

    They are for whoever looks at the device; what alerts, the rules decide.
    """

    _inherit = "iot.device"

    activated_at = fields.Datetime(
        compute="_compute_activated_at",
        store=True,
        copy=False,
        help="Readings are expected from then on.",
    )
    certificate_expires_at = fields.Datetime(
        string="Certificate Expires",
        copy=False,
        help="Of the certificate with which it connects to the broker.",
    )
    health = fields.Text(
        compute="_compute_health",
        help="What is wrong with the device itself, rather than with what it measures.",
    )
    has_low_battery = fields.Boolean(
        compute="_compute_has_low_battery", search="_search_has_low_battery"
    )

    @api.depends("state")
    def _compute_activated_at(self):
        for device in self:
            if device.state != "active":
                device.activated_at = False
            elif not device.activated_at:
                device.activated_at = fields.Datetime.now()

    @api.depends("live_ids.battery_level")
    def _compute_has_low_battery(self):
        found = self.env["iot.device.health"]._conditions("battery", self.ids)
        low = {id_ for id_, said in found.items() if said.measure < LOW_PERCENT}
        for device in self:
            device.has_low_battery = device._origin.id in low

    def _search_has_low_battery(self, operator, value):
        if operator != "in":
            return NotImplemented
        # Not by a domain: to it, a battery that was never told is an empty one.
        low = SQL(
            "(SELECT device_id FROM iot_device_state WHERE battery_level < %s)",
            LOW_PERCENT,
        )
        if True in value and False in value:
            return []
        return [("id", "in" if True in value else "not in", low)]

    # In words ---------------------------------------------------------------------

    @api.depends("live_ids", "state", "certificate_expires_at")
    def _compute_health(self):
        words = defaultdict(list)
        for kind in _SAID:
            asked = self._with_gateways() if kind == "offline" else self
            found = self.env["iot.device.health"]._conditions(kind, asked.ids)
            for device in self._origin:
                if condition := found.get(device.id):
                    say = getattr(device, f"_say_{kind}")
                    words[device.id].append(say(condition, found))
        for device in self:
            device.health = "\n".join(filter(None, words[device._origin.id]))

    def _with_gateways(self):
        found = above = self
        while above := above.gateway_id - found:
            found |= above
        return found

    def _say_offline(self, condition, conditions):
        if self.is_online:
            return None
        words = {"since": self._say_time(condition.since)}
        if condition.holds:
            if condition.children:
                return _(
                    "Offline since %(since)s (devices behind it: %(count)s)",
                    count=len(condition.children),
                    **words,
                )
            return _("Offline since %(since)s", **words)
        # sudo - iot.device: the name of the gateway of a device that one sees.
        for gateway in (self._with_gateways() - self).sudo():
            found = conditions.get(gateway.id)
            if found and self.id in found.children:
                return _(
                    "Offline since %(since)s, with its gateway %(gateway)s",
                    gateway=gateway.name,
                    **words,
                )
        return _("Offline since %(since)s", **words)

    def _say_no_data(self, condition, _conditions):
        if condition.measure <= _FEW_INTERVALS:
            return None
        if not self.live_ids.value_time:
            return _(
                "No reading yet, active since %(since)s",
                since=self._say_time(condition.since),
            )
        if self.is_online:
            return _(
                "No readings since %(since)s", since=self._say_time(condition.since)
            )
        return None  # it is offline, that says it

    def _say_battery(self, condition, _conditions):
        if condition.measure >= LOW_PERCENT:
            return None
        return _("Battery %(percent)s %%", percent=f"{condition.measure:g}")

    def _say_signal(self, condition, _conditions):
        if condition.measure >= LOW_PERCENT:
            return None
        return _("Signal %(percent)s %%", percent=f"{condition.measure:g}")

    def _say_clock_drift(self, condition, _conditions):
        if condition.measure <= _WRONG_MINUTES:
            return None
        words = {"time": self._say_minutes(condition.measure)}
        if self.live_ids.clock_offset > 0:
            return _("Clock %(time)s ahead", **words)
        return _("Clock %(time)s behind", **words)

    def _say_certificate(self, condition, _conditions):
        if condition.measure <= 0:
            return _("Its certificate has expired")
        if condition.measure < _SOON_DAYS:
            days = int(condition.measure)
            return _("Its certificate expires in %(days)s days", days=days)
        return None

    def _say_stuck(self, condition, _conditions):
        return condition.holds and self.live_ids._describe_fault()

    _say_implausible = _say_stuck

    @api.model
    def _say_minutes(self, minutes):
        for size, unit in ((365 * 1440, _("years")), (1440, _("days")), (60, _("h"))):
            if minutes >= 2 * size:
                return f"{minutes / size:.0f} {unit}"
        return f"{minutes:.0f} {_('min')}"

    @api.model
    def _say_time(self, time):
        """The time of day, with the date where that is not today's."""
        naive = time.astimezone(timezone.utc).replace(tzinfo=None)
        local = fields.Datetime.context_timestamp(self, naive)
        if local.date() == fields.Date.context_today(self):
            return format_time(self.env, local.time(), time_format="short")
        return format_datetime(self.env, naive, dt_format="short")
