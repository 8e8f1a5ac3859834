from datetime import timedelta

from odoo import _, api, fields, models
from odoo.tools.misc import format_datetime

from odoo.addons.base.models.res_partner import _tz_get

from ..notify.plan import gaps
from ..zone import to_zone
from .iot_alert_subscription import aware, naive

_LOOK_AHEAD = timedelta(days=7)


class IotOncall(models.Model):
    """Who takes care of alerts at which time."""

    _name = "iot.oncall"
    _description = "IoT On-Call List"
    _inherit = ["farm.owned"]
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    farm_ids = fields.Many2many(
        "farm.farm",
        string="Farms",
        help="On these farms, quiet hours do not count for who is on call. None "
        "chosen: on all farms.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Timezone",
        required=True,
        default=lambda self: self.env.user.tz or "UTC",
    )
    line_ids = fields.One2many("iot.oncall.line", "oncall_id", string="Turns")
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
    current_user_ids = fields.Many2many(
        "res.users", string="On Call Now", compute="_compute_current"
    )
    gap = fields.Char(compute="_compute_current")

    @api.depends("line_ids", "tz")
    def _compute_current(self):
        now = aware(fields.Datetime.now())
        for oncall in self:
            oncall.current_user_ids = oncall._users_at(now)
            oncall.gap = oncall._describe_gap(now)

    def _users_at(self, moment):
        """:param moment: aware"""
        tz = to_zone(self.tz or "UTC")
        lines = self.line_ids.filtered(lambda line: line._covers(moment, tz))
        return lines.user_id.filtered("active")

    def _users_to_call(self, moment):
        """Who is on call, or everybody in the list when nobody is."""
        return self._users_at(moment) or self.line_ids.user_id.filtered("active")

    @api.model
    def _on_call_by_farm(self, farms, moment):
        """:return: ``{farm id: ids of users on call}``, also for None"""
        found = {}
        for oncall in self.search([]):
            user_ids = oncall._users_at(moment).ids
            of_it = oncall.farm_ids or farms.filtered(
                lambda farm, c=oncall.company_id: (
                    not c or farm.company_id in (c, c.browse())
                )
            )
            for farm_id in of_it.ids or [None]:
                found.setdefault(farm_id, set()).update(user_ids)
        return found

    def _describe_gap(self, now):
        """When nobody is on call within a week, False when somebody always is."""
        if not self.line_ids:
            return False
        tz, end = to_zone(self.tz or "UTC"), now + _LOOK_AHEAD
        spans = [
            span
            for line in self.line_ids.filtered("user_id.active")
            for span in line._spans_between(now, end, tz)
        ]
        found = [gap for gap in gaps(spans, now, end) if gap[0] < gap[1]]
        if not found:
            return False
        begin, finish = (
            format_datetime(self.env, naive(moment), tz=self.tz) for moment in found[0]
        )
        if len(found) == 1:
            return _(
                "Nobody is on call from %(begin)s to %(end)s.", begin=begin, end=finish
            )
        return _(
            "Nobody is on call from %(begin)s to %(end)s, and %(more)s more times "
            "within a week.",
            begin=begin,
            end=finish,
            more=len(found) - 1,
        )
