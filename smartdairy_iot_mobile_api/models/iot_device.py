from odoo import api, models
from odoo.fields import Domain

from ..parameters import is_reference, to_record_id
from ..schemas.base import ODOO_TYPES


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
        devices = self._devices_for_app(domain, query.limit, query.offset)
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
