from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..errors import another_time

_ENOUGH = 100  # readings; of fewer there is no normal yet
_AT_ONCE = 200  # devices in one query


class IotDeviceNormal(models.Model):
    """What is normal for one device: learned every night, for the rules about it."""

    _name = "iot.device.normal"
    _description = "Normal Reading of a Device"
    _order = "device_id, reading_type, days"
    _log_access = False

    device_id = fields.Many2one("iot.device", required=True, ondelete="cascade")
    reading_type = fields.Char(required=True)
    days = fields.Integer(required=True, help="It is the normal of so many days.")
    mean = fields.Float()
    deviation = fields.Float(string="Standard Deviation")
    count = fields.Integer(string="Readings")
    computed_at = fields.Datetime()

    _device_unique = models.Constraint("UNIQUE(device_id, reading_type, days)")

    @api.model
    def _by_device(self):
        """:return: ``{device record id: {(reading type, timedelta): (mean,
        deviation)}}``"""
        self.flush_model()
        # Raw SQL: of tens of thousands of devices, without a record for each.
        self.env.cr.execute(
            "SELECT device_id, reading_type, days, mean, deviation"
            " FROM iot_device_normal"
        )
        found = {}
        for device, reading_type, days, mean, deviation in self.env.cr.fetchall():
            key = reading_type, timedelta(days=days)
            found.setdefault(device, {})[key] = mean, deviation
        return found

    @api.model
    @another_time
    def _cron_learn(self):
        """Of each device for which a rule about its normal is in force."""
        asked = self.env["iot.threshold"]._normals_wanted()
        self._forget_unwanted(asked)
        left = sum(map(len, asked.values()))
        for (reading_type, days), devices in asked.items():
            for part in split_every(_AT_ONCE, devices):
                self._learn(self.env["iot.device"].browse(part), reading_type, days)
                left -= len(part)
                if not self.env["ir.cron"]._commit_progress(len(part), remaining=left):
                    return

    @api.model
    def _learn(self, devices, reading_type, days):
        end = datetime.now(timezone.utc)
        found = self.env["iot.store"]._normals(
            devices.mapped("device_id"), reading_type, end - timedelta(days=days), end
        )
        rows = [
            SQL("(%s, %s, %s, %s, %s, %s)", device.id, reading_type, days, *normal)
            for device in devices
            if (normal := found.get(device.device_id))
            and normal.count >= _ENOUGH
            and normal.deviation
        ]
        known = [("reading_type", "=", reading_type), ("days", "=", days)]
        self.search([*known, ("device_id", "in", devices.ids)]).unlink()
        if rows:
            now = fields.Datetime.now()
            # Raw SQL: one statement for many rows that only machines write.
            self.env.cr.execute(
                SQL(
                    "INSERT INTO iot_device_normal (device_id, reading_type, days,"
                    " mean, deviation, count, computed_at)"
                    " SELECT *, %s FROM (VALUES %s) AS learned",
                    now,
                    SQL(", ").join(rows),
                )
            )
        self.env["iot.device"]._forget_listener_map()

    @api.model
    def _forget_unwanted(self, asked):
        self.search([]).filtered(
            lambda normal: (normal.reading_type, normal.days) not in asked
        ).unlink()
