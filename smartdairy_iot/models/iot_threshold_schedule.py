from odoo import _, api, fields, models


class IotThreshold(models.Model):
    """When a rule is in force: always, or at certain times of the farm's week."""

    _inherit = "iot.threshold"

    schedule_id = fields.Many2one(
        "iot.schedule",
        ondelete="restrict",
        index="btree_not_null",
        help="In force only then, by the clock of the device's farm. A rule that wins "
        "over others does so at all times: outside its schedule none of them applies.",
    )

    def _to_rule(self):
        return super()._to_rule()._replace(schedule=self.schedule_id._to_schedule())

    @api.depends("schedule_id.name", "schedule_id.summary")
    def _compute_sentence(self):
        super()._compute_sentence()
        for rule in self.filtered("schedule_id"):
            if rule.sentence:
                rule.sentence = _(
                    "%(said)s. Only %(schedule)s: %(times)s",
                    said=rule.sentence,
                    schedule=rule.schedule_id.name,
                    times=rule.schedule_id.summary or _("never"),
                )


class IotSchedule(models.Model):
    """The listener follows when the times of a rule change."""

    _name = "iot.schedule"
    _inherit = ["iot.schedule", "iot.listener.mapped"]


class IotScheduleLine(models.Model):
    _name = "iot.schedule.line"
    _inherit = ["iot.schedule.line", "iot.listener.mapped"]
