from datetime import timedelta

from odoo import api, fields, models

from .iot_threshold import READING_TYPES

_AROUND = timedelta(hours=1)


class IotAlert(models.Model):
    """What the device measured before, during and after."""

    _inherit = "iot.alert"

    has_readings = fields.Boolean(compute="_compute_has_readings")

    @api.depends("reading_type")
    def _compute_has_readings(self):
        for alert in self:
            alert.has_readings = alert.reading_type in dict(READING_TYPES)

    def action_view_readings(self):
        """The readings of the device from an hour before until an hour after."""
        self.ensure_one()
        action = self.device_id.action_view_readings()
        start = self.started_at - _AROUND
        end = (self.cleared_at or self.resolved_at or fields.Datetime.now()) + _AROUND
        action["domain"] = [
            ("device_id", "in", (self.device_id | self.affected_device_ids).ids),
            ("timestamp", ">=", fields.Datetime.to_string(start)),
            ("timestamp", "<=", fields.Datetime.to_string(end)),
        ]
        if self.has_readings:
            action["domain"].append(("reading_type", "=", self.reading_type))
        action["context"] = {
            **action["context"],
            "graph_groupbys": ["timestamp:hour", "reading_type"],
        }
        return action
