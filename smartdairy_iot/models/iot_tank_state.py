from odoo import _, fields, models
from odoo.tools.misc import format_datetime

from .farm_tank_cooling import PHASES


class IotTankState(models.Model):
    """What changes with every minute, apart from the row that people edit."""

    _name = "iot.tank.state"
    _description = "Live State of a Tank"
    _log_access = False

    tank_id = fields.Many2one("farm.tank", required=True, ondelete="cascade")
    phase = fields.Selection(PHASES)
    phase_since = fields.Datetime()
    temperature = fields.Float()
    volume = fields.Float()
    measured_at = fields.Datetime()
    last_milking_end = fields.Datetime()
    washed_at = fields.Datetime(help="When the last wash ended.")
    due_celsius = fields.Float()
    due_at = fields.Datetime(help="When the milk must be so cold.")
    expected_at = fields.Datetime(help="When it probably will be …")
    soonest_at = fields.Datetime(help="… and at the soonest …")
    is_too_slow = fields.Boolean(help="It cannot be so cold in time, as things are.")
    latest_at = fields.Datetime(help="… and at the latest.")
    judged_by = fields.Text(help="The standard as it was used last.")
    judged_until = fields.Datetime()
    state = fields.Json(prefetch=False, help="See coldchain.monitor.")

    _tank_unique = models.Constraint("UNIQUE(tank_id)")

    def _describe_countdown(self, now):
        """``4 °C within 35 min, expected at 07:42``, or nothing."""
        if not self or not self.due_celsius:
            return False
        words = {"celsius": f"{self.due_celsius:g}"}
        if not self.due_at:
            said = _("%(celsius)s °C, counted from the end of the milking", **words)
        elif self.due_at >= now:
            minutes = round((self.due_at - now).total_seconds() / 60)
            words["minutes"] = self.env["iot.alert"]._describe_minutes(minutes)
            said = _("%(celsius)s °C within %(minutes)s", **words)
        else:
            minutes = round((now - self.due_at).total_seconds() / 60)
            words["minutes"] = self.env["iot.alert"]._describe_minutes(minutes)
            said = _("%(celsius)s °C was due %(minutes)s ago", **words)
        if self.is_too_slow:
            return _("%(due)s: too slow, it will not be in time", due=said)
        if self.expected_at:
            return _("%(due)s, expected %(when)s", due=said, when=self._say_expected())
        return said

    def _say_expected(self):
        tz = self.tank_id.farm_id.tz or "UTC"

        def clock(moment):
            return format_datetime(self.env, moment, tz=tz, dt_format="HH:mm")

        if self.latest_at and self.latest_at > self.soonest_at:
            return _(
                "at %(likely)s (%(soonest)s to %(latest)s)",
                likely=clock(self.expected_at),
                soonest=clock(self.soonest_at),
                latest=clock(self.latest_at),
            )
        return _("at %(likely)s", likely=clock(self.expected_at))
