from psycopg2.errors import UniqueViolation
from werkzeug.exceptions import NotFound

from odoo.http import Controller, request

from ..errors import InvalidParameterError
from ..parameters import to_record_id
from ..schemas import device as schemas
from ..schemas import reading as readings
from ..schemas.base import ODOO_TYPES
from .routes import get, patch, post


class Devices(Controller):
    @get("/devices", schemas.DeviceList, query=schemas.ListDevices)
    def list_devices(self, query):
        """Devices with their latest value

        Of the farms that one may see, by name; all of them unless ``limit`` is given.
        """
        devices, total = request.env["iot.device"]._list_for_app(query)
        return {"devices": devices, "total": total}

    @get("/devices/<reference>", schemas.DeviceModel, errors=(404,))
    def get_device(self, reference):
        """One device, by its device ID or record id"""
        return find_device(reference)._for_app()

    @post(
        "/devices",
        schemas.DeviceModel,
        body=schemas.CreateDevice,
        status=201,
        errors=(409,),
    )
    def create_device(self, body):
        """Enter a device, as a draft

        For technicians. Its certificate or token is made in Odoo, or by claiming it.
        """
        values = body.model_dump(exclude_none=True)
        values["device_type"] = ODOO_TYPES.get(body.device_type, body.device_type)
        values["farm_id"] = _find_farm(body.farm_id).id
        try:
            device = request.env["iot.device"].create(values)
        except UniqueViolation as error:  # perhaps by one that one may not see
            raise _is_taken(error) from None
        return device._for_app()

    @patch(
        "/devices/<reference>",
        schemas.DeviceModel,
        body=schemas.EditDevice,
        errors=(404, 409),
    )
    def edit_device(self, reference, body):
        """Change what a device is called and where it stands"""
        device = find_device(reference)
        values = body.model_dump(exclude_none=True)
        if body.farm_id is not None:
            values["farm_id"] = _find_farm(body.farm_id).id
        device.write(values)
        return device._for_app()

    @post(
        "/devices/<reference>/state",
        schemas.DeviceModel,
        body=schemas.ChangeState,
        errors=(404, 409),
    )
    def change_device_state(self, reference, body):
        """Register, activate, deactivate, maintain or retire a device

        409: from its present state it cannot become that, or something is missing.
        Only a manager may retire one.
        """
        device = find_device(reference)
        device.write({"state": body.state})
        return device._for_app()

    @get(
        "/devices/<reference>/readings",
        readings.ReadingList,
        query=readings.ListReadings,
        errors=(404, 503),
    )
    def list_readings(self, reference, query):
        """What a device has measured, newest first

        Single readings, in pages; or buckets with minimum and maximum, where the span
        is long.
        """
        return find_device(reference)._readings_for_app(query)


def find_device(reference):
    # A search, so that a device one may not see does not exist.
    device = request.env["iot.device"]._by_reference(reference)
    if not device:
        raise NotFound("There is no such device.")
    return device


def _is_taken(error):
    """:param error: psycopg2's; of which key is in the name of the constraint"""
    is_serial = "serial" in (error.diag.constraint_name or "")
    field = "serialNumber" if is_serial else "deviceId"
    return InvalidParameterError(field, f"{field}: Another device has it already.")


def _find_farm(farm_id):
    farm = request.env["farm.farm"].search([("id", "=", to_record_id(farm_id))])
    if not farm:
        raise InvalidParameterError("farmId", "farmId: There is no such farm.")
    return farm
