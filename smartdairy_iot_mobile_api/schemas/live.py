"""What an app that is connected is told as it happens. Pure.

The messages are those of the specification's websocket (Days 252, 253), by their
``type``; all that one farm has to say in a second comes at once.
"""

from .alert import to_alert
from .base import to_iso

TYPE = "smartdairy_iot/live"  # of the bus message
_MILK = (
    *("volume", "flow_rate", "conductivity", "temperature"),
    *("fat_percent", "protein_percent", "scc"),
)


def to_reading_message(device_type, news):
    """:param news: :class:`DeviceNews`
    :return: None: it measured nothing
    """
    if not news.time or not news.values:
        return None
    common = {
        "device_id": news.device_id,
        "is_alarm": bool(news.alarm_type),
        "timestamp": to_iso(news.time),
    }
    values = news.values
    if device_type == "temperature":
        measured = {name: values.get(name) for name in ("temperature", "humidity")}
        return {"type": "temperature_reading", **common, **measured}
    if device_type == "milk_meter":
        measured = {name: values.get(name) for name in _MILK}
        return {"type": "milk_reading", **common, **measured}
    return {"type": "reading", **common, "values": dict(values)}


def to_status_message(news):
    return {
        "type": "device_status",
        "device_id": news.device_id,
        "is_online": news.is_online,
        "battery_level": news.battery,
        "signal_strength": news.signal,
        "timestamp": to_iso(news.last_seen or news.online_at),
    }


def to_alert_message(alert):
    """:param alert: the alert as it goes over the bus"""
    return {"type": "alert", "alert": to_alert(alert)}


def to_session_start(milking):
    """:param milking: an ``iot.milking.session``, or anything with its fields"""
    return {"type": "session_start", **_of(milking), "timestamp": to_iso(milking.start)}


def to_session_end(milking):
    return {
        "type": "session_end",
        **_of(milking),
        "total_volume": round(milking.liters, 2),
        "avg_flow_rate": round(milking.average_flow, 2),
        "duration_seconds": round(milking.duration * 60, 1),
        "timestamp": to_iso(milking.end),
    }


def _of(milking):
    return {
        "device_id": milking.device_id.device_id,
        "session_id": milking.session_ref or None,
        "animal_id": milking.animal_number or milking.animal_tag or None,
    }
