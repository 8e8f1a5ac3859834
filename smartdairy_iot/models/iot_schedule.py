from odoo import api, fields, models

from ..rules.schedule import Schedule


class IotSchedule(models.Model):
    """Weekly times: quiet hours, when somebody is on call, when a rule is in force.

    In which timezone they are meant, says who uses it: a recipient's, or a farm's.
    """

    _name = "iot.schedule"
    _description = "IoT Schedule"
    _inherit = ["farm.owned"]
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    line_ids = fields.One2many("iot.schedule.line", "schedule_id", string="Times")
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.user._company_of_new()
    )
    summary = fields.Char(compute="_compute_summary")

    @api.depends("line_ids.summary")
    def _compute_summary(self):
        for schedule in self:
            schedule.summary = "; ".join(schedule.line_ids.mapped("summary"))

    def _to_schedule(self):
        """:return: :class:`~..rules.schedule.Schedule`, or None for no record"""
        return Schedule.of(self.line_ids._to_lines()) if self else None
