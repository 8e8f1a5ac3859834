"""Alerts, as the Dart ``AlertModel``, and what one may do about them."""

from typing import Literal

from pydantic import ConfigDict, Field

from .base import (
    AlertState,
    Answer,
    Body,
    DartModel,
    Limit,
    Offset,
    Query,
    Reference,
    Severity,
    Switch,
    Utc,
    text,
)

# Only where the app's name is another one.
APP_ALERT_TYPES = {
    "high_temperature": "temperature_high",
    "low_temperature": "temperature_low",
    "high_volume": "volume_anomaly",
    "low_volume": "volume_anomaly",
    "low_battery": "battery_low",
}


class AlertModel(DartModel):
    id: str = Field(examples=["7"])
    device_id: str = Field(examples=["TEMP-G01"])
    device_name: str = Field(examples=["Cooling Tank 1"])
    alert_type: str = Field(
        description="temperature_high, temperature_low, volume_anomaly, battery_low, "
        "or Odoo's own name, which the app shows as a quality issue.",
        examples=["temperature_high"],
    )
    severity: Severity
    message: str = Field(examples=["Temperature 9.5 °C is above 6 °C"])
    state: AlertState
    created_at: Utc
    acknowledged_at: Utc | None
    acknowledged_by: str | None
    trigger_value: float | None = Field(examples=[9.5])
    threshold_value: float | None = Field(examples=[6.0])
    unit: str | None = Field(examples=["°C"])


class AlertList(Answer):
    alerts: list[AlertModel]
    total: int = Field(description="How many there are in all pages.")


class ListAlerts(Query):
    device_id: Reference | None = Field(
        None, description="Device ID or record id: only of that device."
    )
    severity: Severity | None = None
    acknowledged: Switch | None = Field(
        None,
        description="false: still waits for somebody; true: somebody has seen it, "
        "also when it has ended since.",
    )
    state: AlertState | None = None
    limit: Limit = 100
    offset: Offset = 0


Note = text(2000)


Cause = Literal[
    "door", "power", "cleaning", "defrost", "filling", "chiller", "sensor", "other"
]


class Report(Body):
    """What caused it and what was done: where HACCP asks for it, it must be said.

    Other keys are ignored, as they were from v1's beginning.
    """

    model_config = ConfigDict(extra="ignore")

    cause: Cause | None = None
    cause_note: Note | None = Field(None, description="“other” needs one.")
    corrective_action: Note | None = None


class Dismissal(Body):
    reason: text(2000, is_needed=True) = Field(examples=["A test"])


def to_alert(alert):
    """``AlertModel``

    :param alert: the alert as it goes over the bus
    """
    alert_type = alert["alert_type"]
    return {
        "id": str(alert["id"]),
        "deviceId": alert["device_id"],
        "deviceName": alert["device_name"],
        "alertType": APP_ALERT_TYPES.get(alert_type, alert_type),
        "severity": alert["severity"],
        "message": alert["message"],
        "state": alert["state"],
        "createdAt": alert["created_at"],
        "acknowledgedAt": alert["acknowledged_at"] or None,
        "acknowledgedBy": alert["acknowledged_by"] or None,
        "triggerValue": alert["trigger_value"],
        "thresholdValue": alert["threshold_value"],
        "unit": alert["unit"] or None,
    }
