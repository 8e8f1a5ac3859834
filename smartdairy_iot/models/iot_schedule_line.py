from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class IotScheduleLine(models.Model):
    _name = "iot.schedule.line"
    _description = "IoT Schedule: Times of Some Weekdays"
    _order = "schedule_id, sequence, id"

    schedule_id = fields.Many2one(
        "iot.schedule", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    monday = fields.Boolean("Mon", default=True)
    tuesday = fields.Boolean("Tue", default=True)
    wednesday = fields.Boolean("Wed", default=True)
    thursday = fields.Boolean("Thu", default=True)
    friday = fields.Boolean("Fri", default=True)
    saturday = fields.Boolean("Sat", default=True)
    sunday = fields.Boolean("Sun", default=True)
    hour_from = fields.Float("From", required=True, default=22.0)
    hour_to = fields.Float(
        "To",
        required=True,
        default=6.0,
        help="Not after “From”: on the next day. The same as “From”: 24 hours.",
    )
    summary = fields.Char(compute="_compute_summary")

    _hours = models.Constraint(
        "CHECK(hour_from >= 0 AND hour_from < 24 AND hour_to >= 0 AND hour_to <= 24)",
        "Times are from 00:00 to 24:00.",
    )

    @api.constrains(*WEEKDAYS)
    def _check_weekdays(self):
        for line in self:
            if not line._weekdays():
                raise ValidationError(
                    _(
                        "The times %(times)s of %(name)s hold on no day: choose one.",
                        times=line._describe_times(),
                        name=line.schedule_id.name,
                    )
                )

    @api.depends(*WEEKDAYS, "hour_from", "hour_to")
    def _compute_summary(self):
        labels = [self._fields[name]._description_string(self.env) for name in WEEKDAYS]
        for line in self:
            days = line._weekdays()
            names = _("every day")
            if len(days) < len(WEEKDAYS):
                names = ", ".join(labels[day] for day in days)
            line.summary = f"{names} {line._describe_times()}"

    def _describe_times(self):
        return f"{_to_clock(self.hour_from)}–{_to_clock(self.hour_to)}"

    def _weekdays(self):
        """Numbers, Monday = 0."""
        return [day for day, name in enumerate(WEEKDAYS) if self[name]]

    def _to_lines(self):
        """As :meth:`~..rules.schedule.Schedule.of` takes them."""
        return [
            (line._weekdays(), _to_minutes(line.hour_from), _to_minutes(line.hour_to))
            for line in self
        ]


def _to_minutes(hours):
    return round(hours * 60)


def _to_clock(hours):
    return "{:02}:{:02}".format(*divmod(_to_minutes(hours), 60))
