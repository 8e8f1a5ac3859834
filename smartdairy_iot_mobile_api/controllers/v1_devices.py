from werkzeug.exceptions import NotFound

from odoo.http import Controller, request

from .. import schemas
from .routes import get


class Devices(Controller):
    @get("/api/v1/iot/devices")
    def list_devices(self):
        devices = request.env["iot.device"].search([])
        return {"devices": [_to_json(device) for device in devices]}

    @get("/api/v1/iot/devices/<reference>")
    def get_device(self, reference):
        device = request.env["iot.device"]._by_reference(reference)
        if not device:
            raise NotFound("There is no such device.")
        return _to_json(device)


def _to_json(device):
    return schemas.to_device(device, device.live_ids, *device._main_reading())
