"""What requests and answers look like; a test reads each with its model."""

_DEVICE = {
    "id": "12",
    "deviceId": "TEMP-G01",
    "name": "Cooling Tank 1",
    "deviceType": "temperature",
    "state": "active",
    "farmId": "3",
    "farmName": "Savar Dairy Farm",
    "locationDescription": "Milk room",
    "manufacturer": "Acme",
    "model": "T-100",
    "firmwareVersion": "2.4.1",
    "lastSeen": "2026-01-05T06:00:00+00:00",
    "isOnline": True,
    "signalStrength": 78,
    "batteryLevel": 93,
    "lastValue": 3.8,
    "lastValueUnit": "°C",
    "alertCount": 0,
}
_ALERT = {
    "id": "7",
    "deviceId": "TEMP-G01",
    "deviceName": "Cooling Tank 1",
    "alertType": "temperature_high",
    "severity": "high",
    "message": "Temperature 9.5 °C is above 6 °C",
    "state": "new",
    "createdAt": "2026-01-05T05:40:00+00:00",
    "acknowledgedAt": None,
    "acknowledgedBy": None,
    "triggerValue": 9.5,
    "thresholdValue": 6.0,
    "unit": "°C",
}
_READING = {
    "id": "562949953421312",
    "deviceId": "TEMP-G01",
    "timestamp": "2026-01-05T06:00:00+00:00",
    "value": 3.8,
    "unit": "°C",
    "readingType": "temperature",
    "metadata": {"is_alarm": False, "quality": 100},
}
EXAMPLES = {
    "DeviceModel": _DEVICE,
    "DeviceList": {"devices": [_DEVICE], "total": 1},
    "CreateDevice": {
        "name": "Cooling Tank 2",
        "deviceType": "temperature",
        "farmId": "3",
        "deviceId": "TEMP-G02",
    },
    "EditDevice": {"name": "Cooling Tank 2", "locationDescription": "Milk room"},
    "ChangeState": {"state": "maintenance"},
    "ConfigSettings": {"settings": {"reporting_interval": 60}},
    "DeviceConfig": {
        "version": 4,
        "state": "applied",
        "settings": {"reporting_interval": 60},
        "sentAt": "2026-01-05T06:00:00+00:00",
        "answeredAt": "2026-01-05T06:00:02+00:00",
        "statusText": "Applied",
    },
    "ReadingList": {
        "readings": [_READING],
        "next_cursor": None,
        "bucket_seconds": None,
    },
    "AlertModel": _ALERT,
    "AlertList": {"alerts": [_ALERT], "total": 1},
    "Report": {
        "cause": "door",
        "causeNote": "lid of tank 2",
        "correctiveAction": "closed, 3.8 °C after 20 minutes",
    },
    "Dismissal": {"reason": "A test of the probe"},
    "DashboardSummary": {
        "total_devices": 42,
        "online_devices": 40,
        "offline_devices": 2,
        "alerts_by_severity": {"high": 1},
        "avg_temperature": 4.1,
        "total_milk_today": 1830.5,
    },
    "DeviceStatusList": {
        "devices": [
            {
                "device_id": "TEMP-G01",
                "is_online": True,
                "last_seen": "2026-01-05T06:00:00+00:00",
                "latest_value": 3.8,
                "battery_level": 93,
                "signal_strength": 78,
            }
        ]
    },
    "TemperatureChart": {
        "device_id": "TEMP-G01",
        "period": "24h",
        "data": [
            {
                "timestamp": "2026-01-05T06:00:00+00:00",
                "avg": 3.82,
                "min": 3.7,
                "max": 4.1,
            }
        ],
    },
    "MilkProduction": {
        "period": "7d",
        "data": [
            {
                "timestamp": "2026-01-04T18:00:00+00:00",
                "volume": 1830.5,
                "sessions": 214,
                "avg_fat": 4.02,
                "avg_protein": 3.31,
            }
        ],
    },
    "TemperatureTrends": {
        "period_days": 7,
        "trends": [
            {
                "date": "2026-01-04T18:00:00+00:00",
                "device_id": "TEMP-G01",
                "avg_temp": 3.9,
                "min_temp": 3.4,
                "max_temp": 6.2,
                "alarm_count": 3,
            }
        ],
        "anomalies": [
            {
                "device_id": "TEMP-G01",
                "start": "2026-01-04T02:00:00+00:00",
                "end": "2026-01-04T04:00:00+00:00",
                "value": 6.1,
                "expected": 3.9,
                "score": 7.4,
                "side": "high",
            }
        ],
    },
    "QualityReport": {
        "start_date": "2025-12-06",
        "end_date": "2026-01-05",
        "report": [
            {
                "date": "2026-01-05",
                "avg_fat_percent": 4.02,
                "avg_protein_percent": 3.31,
                "avg_scc": 182000,
                "avg_conductivity": 4.9,
                "total_volume_liters": 1830.5,
                "animals_milked": 107,
                "quality_grade": "A+",
            }
        ],
    },
    "Preferences": {
        "login": "rahim",
        "name": "Rahim Uddin",
        "language": "en_US",
        "timezone": "Asia/Dhaka",
        "notifications": {
            "severity": "low",
            "odooFrom": "low",
            "emailFrom": "medium",
            "pushFrom": "high",
            "smsFrom": "critical",
        },
        "isDefault": False,
    },
    "EditPreferences": {"notifications": {"pushFrom": "medium"}},
}
