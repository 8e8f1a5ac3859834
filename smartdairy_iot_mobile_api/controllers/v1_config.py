from odoo.exceptions import ValidationError
from odoo.http import Controller, request

from ..errors import InvalidParameterError
from ..schemas import device as schemas
from .routes import get, put
from .v1_devices import find_device


class Config(Controller):
    @get("/devices/<reference>/config", schemas.DeviceConfig, errors=(404,))
    def get_config(self, reference):
        """What a device was told last, and what it answered"""
        return _to_json(find_device(reference))

    @put(
        "/devices/<reference>/config",
        schemas.DeviceConfig,
        body=schemas.ConfigSettings,
        errors=(404, 409),
    )
    def set_config(self, reference, body):
        """Tell a device how to work

        For technicians. The settings are those of its profile; what is not given has
        the profile's default.
        """
        device = find_device(reference)
        try:
            device.write({"config_values": body.settings})
        except ValidationError as error:
            raise InvalidParameterError("settings", str(error)) from None
        return _to_json(device)


def _to_json(device):
    current = device.current_config_ids
    request.env["iot.device.config"].flush_model()
    return schemas.to_config(current)
