"""The topic grammar, in one place. Pure.

============================================================  ==============
``smartdairy/sensors/<device_type>/<device_id>/data``         device → Odoo
``smartdairy/sensors/<device_type>/<device_id>/config``       Odoo → device
``smartdairy/sensors/<device_type>/<device_id>/config/ack``   device → Odoo
``smartdairy/gateway/<gateway_id>/data``                      gateway → Odoo
``smartdairy/gateway/<gateway_id>/commands``                  Odoo → gateway
``smartdairy/gateway/<gateway_id>/commands/ack``              gateway → Odoo
``smartdairy/gateway/<gateway_id>/children/<id>/config``      Odoo → gateway
``smartdairy/gateway/<gateway_id>/children/<id>/config/ack``  gateway → Odoo
``smartdairy/status/<device_id>``                             device → Odoo
``smartdairy/alerts/<farm>/<device_id>``                      Odoo → any
``smartdairy/user/<login>/alerts``, ``…/notifications``       Odoo → mobile
============================================================  ==============

``<farm>`` is the farm's code, or its number in Odoo when it has none. In ``<farm>`` and
``<login>``, what MQTT forbids in a name (``+ # /`` and control characters), and ``%``
itself, are percent-encoded: ``anna+vet`` is ``anna%2Bvet``. A person's MQTT user, with
which the broker's access list compares, is the login written that way.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from .message import Reason, RejectedError

DEVICE_TYPES = (
    "temperature",
    "milk_meter",
    "ph_sensor",
    "flow_sensor",
    "humidity",
    "pressure",
    "gateway",
)
# The wildcards take in wrong topics too, so that an administrator sees them.
SUBSCRIPTIONS = ("smartdairy/sensors/#", "smartdairy/gateway/#", "smartdairy/status/#")


class Topic(NamedTuple):
    kind: str  # data | gateway | status | ack | command_ack | outgoing
    device_id: str
    device_type: str | None = None
    gateway_id: str | None = None  # who speaks for it


def data_topic(device_type, device_id):
    """The topic on which this device publishes its telemetry."""
    if device_type == "gateway":
        return f"smartdairy/gateway/{device_id}/data"
    return f"smartdairy/sensors/{device_type}/{device_id}/data"


def config_topic(device_type, device_id):
    """Where a device is told how to work; of a gateway, too."""
    return f"smartdairy/sensors/{device_type}/{device_id}/config"


def child_config_topic(gateway_id, device_id):
    """Where its gateway is told how a device behind it is to work."""
    return f"smartdairy/gateway/{gateway_id}/children/{device_id}/config"


def commands_topic(gateway_id):
    """Where a gateway is told what to do."""
    return f"smartdairy/gateway/{gateway_id}/commands"


def alert_topic(farm, device_id):
    """Where the alerts of a device are told.

    >>> alert_topic("GREEN", "TEMP-1")
    'smartdairy/alerts/GREEN/TEMP-1'
    """
    return f"smartdairy/alerts/{to_level(farm)}/{to_level(device_id)}"


def user_topic(login, what):
    """What concerns one person.

    :param what: ``alerts`` or ``notifications``

    >>> user_topic("anna+vet@dairy.example", "alerts")
    'smartdairy/user/anna%2Bvet@dairy.example/alerts'
    """
    return f"smartdairy/user/{to_level(login)}/{what}"


def to_level(name):
    """One level of a topic, whatever the name; unlike names never become alike."""
    return _FORBIDDEN.sub(lambda letter: f"%{ord(letter[0]):02X}", name)


_FORBIDDEN = re.compile(r"[+#/%\x00-\x1f\x7f-\x9f]")


@lru_cache(maxsize=65536)
def parse(topic):
    """Return the :class:`Topic`, or raise :class:`RejectedError` (never cached).

    >>> parse("smartdairy/sensors/temperature/TEMP-1/data")
    Topic(kind='data', device_id='TEMP-1', device_type='temperature', gateway_id=None)
    """
    match topic.split("/"):
        case ["smartdairy", "sensors", device_type, device_id, *rest]:
            kind = _SENSOR_KINDS.get(tuple(rest))
            if kind and device_id and device_type in DEVICE_TYPES:
                return Topic(kind, device_id, device_type)
            if kind and device_id:
                raise RejectedError(
                    Reason.WRONG_TOPIC,
                    f"unknown device type {device_type!r}; use one of "
                    + ", ".join(DEVICE_TYPES),
                )
        case ["smartdairy", "gateway", device_id, "data"] if device_id:
            return Topic("gateway", device_id, "gateway")
        case ["smartdairy", "gateway", device_id, "commands"] if device_id:
            return Topic("outgoing", device_id, "gateway")
        case ["smartdairy", "gateway", device_id, "commands", "ack"] if device_id:
            return Topic("command_ack", device_id, "gateway")
        case ["smartdairy", "gateway", parent, "children", device_id, *rest]:
            kind = _CHILD_KINDS.get(tuple(rest))
            if kind and parent and device_id:
                return Topic(kind, device_id, gateway_id=parent)
        case ["smartdairy", "status", device_id] if device_id:
            return Topic("status", device_id)
    raise RejectedError(
        Reason.WRONG_TOPIC,
        "expected smartdairy/sensors/<device_type>/<device_id>/data, "
        "smartdairy/gateway/<gateway_id>/data or smartdairy/status/<device_id>",
    )


_SENSOR_KINDS = {
    ("data",): "data",
    ("config",): "outgoing",
    ("config", "ack"): "ack",
}
_CHILD_KINDS = {("config",): "outgoing", ("config", "ack"): "ack"}
