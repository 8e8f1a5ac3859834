from odoo import api, models
from odoo.fields import Domain

from odoo.addons.smartdairy_iot.ingest.codec.number import unit_of

from ..schemas.device import DeviceRow, to_device, to_status

# The one value that the app shows beside the device's name.
_MAIN_READING = {
    "temperature": "temperature",
    "milk_meter": "volume",
    "ph_sensor": "ph",
    "flow_sensor": "flow_rate",
    "humidity": "humidity",
    "pressure": "pressure",
}
_OWN = (
    *("id", "device_id", "name", "device_type", "state", "farm_id"),
    *("location_description", "manufacturer", "model"),
)
_LIVE = (
    *("firmware_version", "last_seen", "is_online", "signal_strength"),
    *("battery_level", "last_values"),
)


class IotDevice(models.Model):
    """Devices as the app is told of them, however many, by one query each for them and
    their alerts: by records, five hundred took five times as long.
    """

    _inherit = "iot.device"

    @api.model
    def _rows_for_app(self, domain, limit=None, offset=0):
        """:return: list of :class:`~..schemas.device.DeviceRow`, by name"""
        query = self._search(domain, offset=offset, limit=limit, order=self._order)
        states = self.env["iot.device.state"]
        live = query.left_join(query.table, "id", states._table, "device_id", "live")
        farms, farm = self._fields["farm_id"].join(self, query.table, query)
        columns = [
            *(self._field_to_sql(query.table, name, query) for name in _OWN),
            farms._field_to_sql(farm, "name", query),
            *(states._field_to_sql(live, name, query) for name in _LIVE),
        ]
        # Raw SQL: no records. Access rights and record rules of devices are in the
        # query, and those of their farms and states are the same.
        return [
            DeviceRow(*row) for row in self.env.execute_query(query.select(*columns))
        ]

    def _open_alerts(self):
        """``{device id: how many}`` of those that have any."""
        counts = self.env["iot.alert"]._read_group(
            [("device_id", "in", self.ids), ("is_open", "=", True)],
            ["device_id"],
            ["__count"],
        )
        return {device.id: count for device, count in counts}

    @api.model
    def _devices_for_app(self, domain, limit=None, offset=0):
        """:return: list of the app's ``DeviceModel``"""
        rows = self._rows_for_app(domain, limit, offset)
        alerts = self.browse(row.id for row in rows)._open_alerts()
        return [
            to_device(row, *_main_reading(row), alerts.get(row.id, 0)) for row in rows
        ]

    def _for_app(self):
        """This one, which one may see, as the app's ``DeviceModel``."""
        self.ensure_one()
        (device,) = self._devices_for_app([("id", "=", self.id)])
        return device

    @api.model
    def _status_for_app(self, query):
        """:param query: :class:`~..schemas.device.ListStatus`
        :return: list of the app's device states
        """
        domain = self._domain_for_app(query.device_type, query.farm_id)
        rows = self._rows_for_app(domain & Domain("state", "!=", "retired"))
        return [to_status(row, _main_reading(row)[0]) for row in rows]

    def _main_reading_type(self):
        return _MAIN_READING.get(self.device_type)


def _main_reading(row):
    """``(value, unit)`` of the newest reading. There is a unit before there is a value:
    the first one comes to a phone over the websocket, as a number."""
    reading_type = _MAIN_READING.get(row.device_type)
    value = (row.last_values or {}).get(reading_type)
    return value, reading_type and unit_of(reading_type)
