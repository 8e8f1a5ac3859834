from werkzeug.exceptions import NotFound

from odoo.http import Controller, request

from ..schemas import device as schemas
from .routes import get


class Devices(Controller):
    @get("/devices", schemas.DeviceList, query=schemas.ListDevices)
    def list_devices(self, query):
        """Devices with their latest value

        Of the farms that one may see, by name; all of them unless ``limit`` is given.
        """
        devices, total = request.env["iot.device"]._list_for_app(query)
        return {"devices": [to_json(device) for device in devices], "total": total}

    @get("/devices/<reference>", schemas.DeviceModel, errors=(404,))
    def get_device(self, reference):
        """One device, by its device ID or record id"""
        return to_json(find_device(reference))


def find_device(reference):
    device = request.env["iot.device"]._by_reference(reference)
    if not device:
        raise NotFound("There is no such device.")
    return device


def to_json(device):
    return schemas.to_device(device, device.live_ids, *device._main_reading())
