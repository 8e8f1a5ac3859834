"""Devices, as the Dart ``DeviceModel``, and what one may do with them."""

from typing import Annotated

from pydantic import Field

from .base import (
    APP_TYPES,
    Answer,
    Body,
    DartModel,
    DeviceState,
    DeviceType,
    Offset,
    Query,
    RecordId,
    Reference,
    Switch,
    Utc,
    text,
    to_iso,
    whole,
)


class DeviceModel(DartModel):
    id: str = Field(examples=["12"])
    device_id: str = Field(examples=["TEMP-G01"])
    name: str = Field(examples=["Cooling Tank 1"])
    device_type: DeviceType
    state: DeviceState
    farm_id: str | None = Field(examples=["3"])
    farm_name: str | None = Field(examples=["Savar Dairy Farm"])
    location_description: str | None = Field(examples=["Behind the parlour"])
    manufacturer: str | None
    model: str | None
    firmware_version: str | None = Field(examples=["2.4.1"])
    last_seen: Utc | None
    is_online: bool
    signal_strength: int | None = Field(description="Percent.")
    battery_level: int | None = Field(description="Percent.")
    last_value: float | None = Field(examples=[3.8])
    last_value_unit: str | None = Field(examples=["°C"])
    alert_count: int = Field(description="Open alerts.")


class DeviceList(Answer):
    devices: list[DeviceModel]
    total: int = Field(description="How many there are in all pages.")


class ListDevices(Query):
    """The app asks for all; without ``limit`` it gets them."""

    device_type: DeviceType | None = None
    state: DeviceState | None = None
    farm_id: RecordId | None = None
    online: Switch | None = None
    search: text(64, is_needed=True) | None = Field(
        None, description="A part of the name or of the device ID."
    )
    limit: whole(1, 10_000) | None = None
    offset: Offset = 0


Name = text(200, is_needed=True)
Place = text(200)


class CreateDevice(Body):
    name: Name
    device_type: DeviceType
    farm_id: RecordId
    device_id: Reference | None = Field(
        None, description="Stands in the MQTT topic; invented if it is not given."
    )
    location_description: Place | None = None
    serial_number: text(100) | None = None


class EditDevice(Body):
    """Only what is given is changed."""

    name: Name | None = None
    location_description: Place | None = None
    farm_id: RecordId | None = None


class ChangeState(Body):
    state: DeviceState


class ConfigSettings(Body):
    """The settings that the device is told, by their keys in its profile."""

    settings: dict[
        Annotated[str, Field(min_length=1, max_length=64)],
        bool | int | float | text(500) | None,
    ] = Field(max_length=100, examples=[{"interval": 60}])


class DeviceConfig(DartModel):
    version: int | None = Field(description="Null: it was never told anything.")
    state: str | None = Field(description="queued, sent, applied, refused, …")
    settings: dict[str, object]
    sent_at: Utc | None
    answered_at: Utc | None
    status_text: str | None = Field(description="For people: what came of it.")


class DeviceStatus(Answer):
    device_id: str
    is_online: bool
    last_seen: Utc | None
    latest_value: float | None
    battery_level: int | None
    signal_strength: int | None


class DeviceStatusList(Answer):
    devices: list[DeviceStatus]


class ListStatus(Query):
    device_type: DeviceType | None = None
    farm_id: RecordId | None = None


def to_device(device, live, last_value, last_value_unit):
    """``DeviceModel``

    :param device: an ``iot.device`` record, or anything with its fields
    :param live: its ``iot.device.state``, which may be empty
    """
    return {
        "id": str(device.id),
        "deviceId": device.device_id,
        "name": device.name,
        "deviceType": APP_TYPES.get(device.device_type, device.device_type),
        "state": device.state,
        "farmId": str(device.farm_id.id) if device.farm_id else None,
        "farmName": device.farm_id.name or None,
        "locationDescription": device.location_description or None,
        "manufacturer": device.manufacturer or None,
        "model": device.model or None,
        "firmwareVersion": live.firmware_version or None,
        "lastSeen": to_iso(live.last_seen),
        "isOnline": live.is_online,
        # Odoo reads an unknown integer as 0; a device with neither says nothing.
        "signalStrength": live.signal_strength or None,
        "batteryLevel": live.battery_level or None,
        "lastValue": last_value,
        "lastValueUnit": last_value_unit,
        "alertCount": device.alert_count,
    }


def to_status(device, live, latest_value):
    return {
        "device_id": device.device_id,
        "is_online": live.is_online,
        "last_seen": to_iso(live.last_seen),
        "latest_value": latest_value,
        "battery_level": live.battery_level or None,
        "signal_strength": live.signal_strength or None,
    }


def to_config(config):
    """:param config: the current ``iot.device.config``, empty if there is none"""
    return {
        "version": config.version or None,
        "state": config.state or None,
        "settings": config.settings or {},
        "sentAt": to_iso(config.sent_at),
        "answeredAt": to_iso(config.answered_at),
        "statusText": config.status_text or None,
    }
