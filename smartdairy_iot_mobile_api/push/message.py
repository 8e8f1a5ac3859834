"""A notification as FCM HTTP v1 wants it, for Android and for Apple's phones. Pure.

The channels and interruption levels are those that the app makes (specification, Day
256, ``PushNotificationService``).
"""

LIFETIME = 4 * 3600  # seconds that FCM keeps what it cannot deliver
_CHANNELS = {"critical": "iot_critical", "high": "iot_high"}
_URGENT = ("critical", "high")


def channel(severity):
    """The Android channel of a severity, as the app names it.

    >>> channel("medium")
    'iot_normal'
    """
    return _CHANNELS.get(severity, "iot_normal")


def to_arguments(title, body, severity, data, tag):
    """
    :param severity: how loud it is; ``normal``: good news
    :param data: what the app reads; None is left out
    :param tag: what one alert is known by: its newer message replaces the older
    :return: arguments of pyfcm's ``parse_payload``, but for the token
    """
    return {
        "notification_title": title,
        "notification_body": body,
        "data_payload": {
            "severity": severity,
            **{key: str(value) for key, value in data.items() if value is not None},
        },
        "android_config": _android(severity, tag),
        "apns_config": _apns(severity, tag),
    }


def _android(severity, tag):
    return {
        "priority": "HIGH" if severity in _URGENT else "NORMAL",
        "ttl": f"{LIFETIME}s",
        "collapse_key": tag,
        "notification": {
            "channel_id": channel(severity),
            "tag": tag,
            "sound": "default",
        },
    }


def _apns(severity, tag):
    is_critical = severity == "critical"
    # Through a muted phone, if its owner has allowed that to the app.
    sound = {"critical": 1, "name": "default", "volume": 1.0}
    return {
        "headers": {
            "apns-priority": "10" if severity in _URGENT else "5",
            "apns-collapse-id": tag,
        },
        "payload": {
            "aps": {
                "sound": sound if is_critical else "default",
                "interruption-level": "critical" if is_critical else "active",
                "thread-id": tag,
            }
        },
    }
