from datetime import timezone

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..readings import reading_id
from ..readings.source import Device

_NEWEST = 10  # messages of each reading type


class IotDevice(models.Model):
    """What a device has measured."""

    _inherit = "iot.device"

    sensor_ids = fields.One2many(
        "iot.sensor.reading",
        "device_id",
        string="Sensor Readings",
        compute="_compute_sensor_ids",
        help="The newest of each reading type, newest first.",
    )
    reading_count = fields.Integer(
        string="Total Readings",
        compute="_compute_reading_count",
        help="Ever, those included that were dropped since.",
    )

    def _compute_reading_count(self):
        counts = self.env["iot.store"]._count_readings(self.mapped("device_id"))
        for device in self:
            device.reading_count = counts.get(device.device_id, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_readings(self):
        names = self.mapped("device_id")
        store = self.env["iot.store"]
        has_readings = set(store._count_readings(names))
        has_readings.update(reading.device_id for reading in store._latest(names))
        kept = self.filtered(lambda device: device.device_id in has_readings)
        if kept:
            raise UserError(
                _(
                    "%(name)s has readings, which would belong to nobody. Retire the "
                    "device instead of deleting it.",
                    name=kept[0].name,
                )
            )

    def _compute_sensor_ids(self):
        devices = {device.device_id: device for device in self}
        found = dict.fromkeys(devices, ())
        for reading in self.env["iot.store"]._latest(devices, limit=_NEWEST):
            time = reading.time.astimezone(timezone.utc)
            device = devices[reading.device_id]._origin
            found[reading.device_id] += (
                reading_id.encode(device.id, reading.reading_type, time),
            )
        for device in self:
            device.sensor_ids = list(dict.fromkeys(found[device.device_id]))

    def action_view_readings(self):
        """Open the readings of this device: list, graph, pivot."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_sensor_reading_action"
        )
        action["domain"] = [("device_id", "=", self.id)]
        # A graph over all devices counts readings; over one, it draws its values.
        action["context"] = {
            "graph_mode": "line",
            "graph_measure": "value",
            "graph_groupbys": ["timestamp:day", "reading_type"],
        }
        return action

    def _describe_place(self):
        return (
            self.tank_id.name or self.stall_id.name or self.location_description or ""
        )

    @api.model
    def _seen_by_store(self, domain):
        """Those of the domain that the user may see, as the store must know them.

        :return: list of :class:`~..readings.source.Device`, in the order of devices
        """
        query = self._search(domain, order=self._order)
        names = ("id", "device_id", "farm_id")
        terms = [self._field_to_sql(self._table, name, query) for name in names]
        rows = self.env.execute_query(query.select(*terms))
        # sudo - farm.farm: only in which order they come.
        farms = self.env["farm.farm"].sudo()
        farms = farms.search([("id", "in", [farm for *_rest, farm in rows if farm])])
        ranks = {farm_id: rank for rank, farm_id in enumerate(farms.ids)}
        return [Device(*row, ranks.get(row[-1])) for row in rows]
