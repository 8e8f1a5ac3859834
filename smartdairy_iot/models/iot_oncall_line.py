from datetime import datetime, timezone

from odoo import fields, models

from .iot_alert_subscription import aware

_EVER = (
    datetime(1, 1, 1, tzinfo=timezone.utc),
    datetime(9999, 1, 1, tzinfo=timezone.utc),
)


class IotOncallLine(models.Model):
    _name = "iot.oncall.line"
    _description = "IoT On-Call List: Turn"
    _order = "oncall_id, sequence, id"

    oncall_id = fields.Many2one(
        "iot.oncall", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    user_id = fields.Many2one(
        "res.users",
        "Who",
        required=True,
        domain="[('share', '=', False)]",
        ondelete="cascade",
    )
    schedule_id = fields.Many2one(
        "iot.schedule", "Times", ondelete="restrict", help="None chosen: always."
    )
    date_from = fields.Datetime("From")
    date_to = fields.Datetime("Until")

    _in_order = models.Constraint(
        "CHECK(date_from < date_to)", "A turn must end after it begins."
    )

    def _limits(self):
        first, last = _EVER
        return (
            aware(self.date_from) if self.date_from else first,
            aware(self.date_to) if self.date_to else last,
        )

    def _covers(self, moment, tz):
        begin, end = self._limits()
        schedule = self.schedule_id._to_schedule()
        return begin <= moment < end and (
            schedule is None or schedule.covers(moment, tz)
        )

    def _spans_between(self, start, end, tz):
        begin, finish = self._limits()
        start, end = max(start, begin), min(end, finish)
        if start >= end:
            return []
        schedule = self.schedule_id._to_schedule()
        return schedule.spans_between(start, end, tz) if schedule else [(start, end)]
