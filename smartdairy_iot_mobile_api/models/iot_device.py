from odoo import api, models
from odoo.fields import Domain

from odoo.addons.smartdairy_iot.ingest.codec.number import unit_of

from ..parameters import is_reference, to_record_id
from ..schemas.base import ODOO_TYPES

# The one value that the app shows beside the device's name.
_MAIN_READING = {
    "temperature": "temperature",
    "milk_meter": "volume",
    "ph_sensor": "ph",
    "flow_sensor": "flow_rate",
    "humidity": "humidity",
    "pressure": "pressure",
}


class IotDevice(models.Model):
    _inherit = "iot.device"

    @api.model
    def _by_reference(self, reference):
        """The device with that device ID, else the one with that record id, if any."""
        if not is_reference(reference):
            return self.browse()
        return self.search([("device_id", "=", reference)]) or self.search(
            [("id", "=", to_record_id(reference))]
        )

    @api.model
    def _list_for_app(self, query):
        """The devices one may see, by name, and how many there are in all.

        :param query: :class:`~..schemas.device.ListDevices`
        """
        domain = self._domain_for_app(query.device_type, query.farm_id)
        if query.state is not None:
            domain &= Domain("state", "=", query.state)
        if query.online is not None:
            domain &= Domain("is_online", "=", query.online)
        if query.search is not None:
            domain &= Domain("name", "ilike", query.search) | Domain(
                "device_id", "ilike", query.search
            )
        devices = self.search(domain, limit=query.limit, offset=query.offset)
        is_all = query.limit is None and not query.offset
        return devices, len(devices) if is_all else self.search_count(domain)

    @api.model
    def _domain_for_app(self, device_type, farm_id):
        """:param device_type: as the app names it; None is any"""
        domain = Domain.TRUE
        if device_type is not None:
            odoo_type = ODOO_TYPES.get(device_type, device_type)
            domain &= Domain("device_type", "=", odoo_type)
        if farm_id is not None:
            domain &= Domain("farm_id", "=", to_record_id(farm_id))
        return domain

    @api.model
    def _status_for_app(self, query):
        """:param query: :class:`~..schemas.device.ListStatus`"""
        domain = self._domain_for_app(query.device_type, query.farm_id)
        return self.search(domain & Domain("state", "!=", "retired"))

    def _main_reading_type(self):
        return _MAIN_READING.get(self.device_type)

    def _main_reading(self):
        """``(value, unit)`` of the newest reading; both None when there is none."""
        self.ensure_one()
        reading_type = self._main_reading_type()
        value = (self.live_ids.last_values or {}).get(reading_type)
        return (None, None) if value is None else (value, unit_of(reading_type))
