"""Devices, as the Dart ``DeviceModel``, and what one may do with them."""

from typing import Annotated, NamedTuple

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


class DeviceRow(NamedTuple):
    """A device, its farm's name and its live state, as the database has them."""

    id: int
    device_id: str
    name: str
    device_type: str
    state: str
    farm_id: int | None = None
    location_description: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    farm_name: str | None = None
    firmware_version: str | None = None
    last_seen: object = None  # naive UTC datetime
    is_online: bool | None = None
    signal_strength: int | None = None
    battery_level: int | None = None
    last_values: dict | None = None


def to_device(row, last_value, last_value_unit, alert_count):
    """``DeviceModel``

    :param row: :class:`DeviceRow`
    """
    return {
        "id": str(row.id),
        "deviceId": row.device_id,
        "name": row.name,
        "deviceType": APP_TYPES.get(row.device_type, row.device_type),
        "state": row.state,
        "farmId": str(row.farm_id) if row.farm_id else None,
        "farmName": row.farm_name or None,
        "locationDescription": row.location_description or None,
        "manufacturer": row.manufacturer or None,
        "model": row.model or None,
        "firmwareVersion": row.firmware_version or None,
        "lastSeen": to_iso(row.last_seen),
        "isOnline": bool(row.is_online),
        "signalStrength": row.signal_strength,
        "batteryLevel": row.battery_level,
        "lastValue": last_value,
        "lastValueUnit": last_value_unit,
        "alertCount": alert_count,
    }


def to_status(row, latest_value):
    """:param row: :class:`DeviceRow`"""
    return {
        "device_id": row.device_id,
        "is_online": bool(row.is_online),
        "last_seen": to_iso(row.last_seen),
        "latest_value": latest_value,
        "battery_level": row.battery_level,
        "signal_strength": row.signal_strength,
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
