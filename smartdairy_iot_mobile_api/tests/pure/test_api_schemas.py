from base64 import urlsafe_b64encode
from datetime import datetime

import pytest

from smartdairy_iot_mobile_api.errors import InvalidParameterError
from smartdairy_iot_mobile_api.schemas import alert as alerts
from smartdairy_iot_mobile_api.schemas import dashboard
from smartdairy_iot_mobile_api.schemas import device as devices
from smartdairy_iot_mobile_api.schemas import reading as readings

# The Dart enumerations: ``DeviceType.values`` and the map of ``AlertType.fromString``.
DART_DEVICE_TYPES = {
    "temperature",
    "milkMeter",
    "phSensor",
    "flowSensor",
    "humidity",
    "pressure",
    "gateway",
}
DEVICE_TYPES = [
    "temperature",
    "milk_meter",
    "ph_sensor",
    "flow_sensor",
    "humidity",
    "pressure",
    "gateway",
]


def new_device(**values):
    """A device of which nothing else is known, and that never spoke."""
    known = {
        "id": 7,
        "device_id": "TEMP-1",
        "name": "Tank",
        "device_type": "temperature",
        "state": "active",
        "farm_id": 3,
        "farm_name": "Farm",
    }
    return devices.DeviceRow(**known | values)


def new_alert(**values):
    alert = {
        "id": 9,
        "device_id": "TEMP-1",
        "device_name": "Tank",
        "alert_type": "high_temperature",
        "severity": "high",
        "state": "new",
        "message": "Too warm",
        "trigger_value": 0.0,
        "threshold_value": 6.0,
        "unit": "",
        "created_at": "2026-01-05T06:00:00+00:00",
        "acknowledged_at": False,
        "acknowledged_by": False,
    }
    return alert | values


def test_what_is_not_known_of_a_device_is_null():
    values = devices.to_device(new_device(), None, None, 0)
    known = {key: value for key, value in values.items() if value is not None}
    assert known == {
        "id": "7",
        "deviceId": "TEMP-1",
        "name": "Tank",
        "deviceType": "temperature",
        "state": "active",
        "farmId": "3",
        "farmName": "Farm",
        "isOnline": False,
        "alertCount": 0,
    }


def test_a_time_is_iso_8601_in_utc():
    device = new_device(last_seen=datetime(2026, 1, 5, 6, 0))
    values = devices.to_device(device, None, None, 0)
    assert values["lastSeen"] == "2026-01-05T06:00:00+00:00"


@pytest.mark.parametrize("device_type", DEVICE_TYPES)
def test_the_app_knows_every_device_type(device_type):
    device = new_device(device_type=device_type)
    values = devices.to_device(device, None, None, 0)
    assert values["deviceType"] in DART_DEVICE_TYPES


def test_an_empty_battery_is_not_an_unknown_one():
    device = new_device(battery_level=0, signal_strength=0)
    values = devices.to_device(device, None, None, 0)
    assert (values["batteryLevel"], values["signalStrength"]) == (0, 0)


def test_a_measured_zero_stays():
    values = devices.to_device(new_device(), 0.0, "°C", 0)
    assert (values["lastValue"], values["lastValueUnit"]) == (0.0, "°C")
    assert alerts.to_alert(new_alert())["triggerValue"] == 0.0


@pytest.mark.parametrize(
    ("alert_type", "expected"),
    [
        ("high_temperature", "temperature_high"),
        ("low_temperature", "temperature_low"),
        ("low_volume", "volume_anomaly"),
        ("low_battery", "battery_low"),
        ("high_ph", "high_ph"),
    ],
)
def test_an_alert_type_has_the_apps_name_where_there_is_one(alert_type, expected):
    values = alerts.to_alert(new_alert(alert_type=alert_type))
    assert values["alertType"] == expected


def test_what_is_not_known_of_an_alert_is_null():
    values = alerts.to_alert(new_alert())
    assert values["acknowledgedAt"] is None
    assert values["acknowledgedBy"] is None
    assert values["unit"] is None


def test_the_summary_counts_and_rounds():
    assert dashboard.to_dashboard_summary(5, 3, {"high": 1}, 4.0049, 12.344) == {
        "total_devices": 5,
        "online_devices": 3,
        "offline_devices": 2,
        "alerts_by_severity": {"high": 1},
        "avg_temperature": 4.0,
        "total_milk_today": 12.34,
    }


def test_no_temperature_is_not_zero_degrees():
    summary = dashboard.to_dashboard_summary(0, 0, {}, None, 0.0)
    assert summary["avg_temperature"] is None


@pytest.mark.parametrize(
    "forged",
    ['["2026-01-01", Infinity]', '["2026-01-01", 1e400]', '["x", 1]', "[1, 1]", "7"],
)
def test_a_forged_cursor_is_refused_and_breaks_nothing(forged):
    with pytest.raises(InvalidParameterError):
        readings.read_cursor(urlsafe_b64encode(forged.encode()).decode())


def test_a_cursor_with_a_zone_compares_with_times_without_one():
    forged = urlsafe_b64encode(b'["2026-01-01T00:00:00+00:00", 1]').decode()
    assert readings.read_cursor(forged) == (datetime(2026, 1, 1), 1)
