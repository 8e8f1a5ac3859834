from odoo import fields, models
from odoo.tools import SQL


class IotDevice(models.Model):
    """The firmware that a device reports, to search and to group by.

    It stays in the live state, which the listener writes: never in the row that people
    edit.
    """

    _inherit = "iot.device"

    firmware_version = fields.Char(search="_search_firmware_version")
    firmware_target_ids = fields.One2many("iot.firmware.target", "device_id")

    def _search_firmware_version(self, operator, value):
        if operator == "in" and False in value:
            told = [("live_ids.firmware_version", "in", [v for v in value if v])]
            return [
                "|",
                ("live_ids", "any", [("firmware_version", "=", False)]),
                *("|", ("live_ids", "=", False), *told),
            ]
        return [("live_ids.firmware_version", operator, value)]

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr == "firmware_version":
            self._check_field_access(self._fields["firmware_version"], "read")
            # Raw SQL: of the one row that each device has at most.
            return SQL(
                "(SELECT live.firmware_version FROM iot_device_state AS live"
                " WHERE live.device_id = %s)",
                SQL.identifier(alias, "id"),
                to_flush=self.env["iot.device.state"]._fields["firmware_version"],
            )
        return super()._field_to_sql(alias, field_expr, query)
