"""What the mobile app reads, key by key. Pure.

The keys are the field names of the app's Dart models (specification, Day 251), the
values what its enumerations know (Day 252). Ids are strings, times are ISO 8601 UTC,
and what is not known is null, never 0 or "".
"""

from datetime import timezone

# Only where the app's name is another one.
_DEVICE_TYPES = {
    "milk_meter": "milkMeter",
    "ph_sensor": "phSensor",
    "flow_sensor": "flowSensor",
}
_ALERT_TYPES = {
    "high_temperature": "temperature_high",
    "low_temperature": "temperature_low",
    "high_volume": "volume_anomaly",
    "low_volume": "volume_anomaly",
    "low_battery": "battery_low",
}


def to_device(device, live, last_value, last_value_unit):
    """``DeviceModel``

    :param device: an ``iot.device`` record, or anything with its fields
    :param live: its ``iot.device.state``, which may be empty
    """
    return {
        "id": str(device.id),
        "deviceId": device.device_id,
        "name": device.name,
        "deviceType": _DEVICE_TYPES.get(device.device_type, device.device_type),
        "state": device.state,
        "farmId": str(device.farm_id.id) if device.farm_id else None,
        "farmName": device.farm_id.name or None,
        "locationDescription": device.location_description or None,
        "manufacturer": device.manufacturer or None,
        "model": device.model or None,
        "firmwareVersion": live.firmware_version or None,
        "lastSeen": _to_iso(live.last_seen),
        "isOnline": live.is_online,
        # Odoo reads an unknown integer as 0; a device with neither says nothing.
        "signalStrength": live.signal_strength or None,
        "batteryLevel": live.battery_level or None,
        "lastValue": last_value,
        "lastValueUnit": last_value_unit,
        "alertCount": device.alert_count,
    }


def to_alert(alert):
    """``AlertModel``

    :param alert: the alert as it goes over the bus
    """
    alert_type = alert["alert_type"]
    return {
        "id": str(alert["id"]),
        "deviceId": alert["device_id"],
        "deviceName": alert["device_name"],
        "alertType": _ALERT_TYPES.get(alert_type, alert_type),
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


def to_dashboard_summary(total, online, alerts_by_severity, avg_temperature):
    """``DashboardSummary`` (specification, Day 258)"""
    return {
        "total_devices": total,
        "online_devices": online,
        "offline_devices": total - online,
        "alerts_by_severity": alerts_by_severity,
        "avg_temperature": None
        if avg_temperature is None
        else round(avg_temperature, 2),
    }


def to_session(session, is_current=False):
    """One device on which somebody is signed in.

    :param session: an ``iot.app.session``
    """
    return {
        "id": str(session.id),
        "name": session.name,
        "platform": session.platform,
        "appVersion": session.app_version or None,
        "language": session.language or None,
        "address": session.address or None,
        "createdAt": _to_iso(session.create_date),
        "lastUsedAt": _to_iso(session.last_used_at),
        "expiresAt": _to_iso(session.expires_at),
        "isCurrent": is_current,
    }


def to_signed_in(session, user, tokens):
    """The answer to whoever has signed in, paired or refreshed (RFC 6749, 5.1).

    :param tokens: as of ``iot.app.token._issue``
    """
    return {
        "status": "ok",
        **tokens,
        "session": to_session(session, is_current=True),
        "user": {
            "id": str(user.id),
            "login": user.login,
            "name": user.name,
            "language": user.lang or None,
            "timezone": user.tz or None,
        },
    }


def _to_iso(value):
    """Odoo's naive UTC datetime (False when there is none)."""
    return value.replace(tzinfo=timezone.utc).isoformat() if value else None
