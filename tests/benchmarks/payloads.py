"""What the simulated devices say, prepared so that a message costs a microsecond.

Values drift by the second as those of a real probe do; all else of a payload is made
once a second, and per message only its timestamp is put in.
"""

from datetime import datetime, timezone

from .fleet import (
    GATEWAY,
    MILK_METER,
    OTHERS,
    TEMPERATURE,
    children,
    device_id,
    key,
    mixed,
)
from .publisher import publish_parts

DATA_TOPIC = "smartdairy/sensors/{type}/{id}/data"
GATEWAY_TOPIC = "smartdairy/gateway/{id}/data"
PERIOD = 200  # seconds until a value comes back
VARIANTS = 16  # different payloads in one second

# {0} and {1} drift, {2} tells apart, @ is the timestamp. A payload has the same length
# whatever its values are.
FIELDS = {
    "temperature": '"temperature": {0:.2f}, "humidity": 81, "location_type": "default"',
    "milk_meter": '"type": "reading", "session_id": "S-{2:05d}", "animal_id": 1{2:04d},'
    ' "volume": {1:.2f}, "flow_rate": {0:.2f}, "conductivity": 5.12,'
    ' "temperature": 37.8, "fat_percent": 3.9, "protein_percent": 3.3,'
    ' "somatic_cell_count": 181000',
    "ph_sensor": '"ph": 6.6, "temperature": {0:.2f}',
    "flow_sensor": '"flow_rate": {1:.2f}',
    "humidity": '"humidity": {1:.2f}, "temperature": {0:.2f}',
    "pressure": '"pressure": {0:.2f}',
}
COMMON = '"battery": 93, "signal": 71, "timestamp": "@"'
CHILD_TEXT = '{{"device_id": "{1}", "temperature": {0:.2f}, "timestamp": "@"}}'


def drift(second):
    """3.00 … 4.00 … 3.00, a hundredth a second: neither stuck nor a jump."""
    phase = second % PERIOD
    return 3 + min(phase, PERIOD - phase) / 100


def iso(milliseconds):
    """2026-01-05T06:00:00.123Z"""
    at = datetime.fromtimestamp(milliseconds // 1000, timezone.utc)
    return at.strftime("%Y-%m-%dT%H:%M:%S.").encode() + b"%03dZ" % (milliseconds % 1000)


def cut(text):
    """The pieces between the timestamps; ``timestamp.join(pieces)`` is the payload."""
    return text.encode().split(b"@")


class Lane:
    """Messages of devices of one kind, device after device."""

    def __init__(self, device_type, numbers, topic):
        self._type = device_type
        self._numbers = numbers
        self._last = [0] * len(numbers)
        self._next = 0
        self._second = None
        self._moment = None
        self._refresh(0)
        length = len(iso(0).join(self._pieces[0]))
        self._heads = [
            publish_parts(topic.format(type=device_type, id=device_id(number)), length)
            for number in numbers
        ]

    def message(self, now):
        """``(beginning of the frame, payload, key)``, at the next free millisecond."""
        device = self._next
        self._next = (device + 1) % len(self._numbers)
        moment = self._last[device] = max(now, self._last[device] + 1)
        if moment != self._moment:
            self._tick(moment)
        payload = self._text.join(self._pieces[device % len(self._pieces)])
        return self._heads[device], payload, key(self._numbers[device], moment)

    def _tick(self, moment):
        self._moment = moment
        self._text = iso(moment)
        if moment // 1000 != self._second:
            self._second = moment // 1000
            self._refresh(self._second)

    def _refresh(self, second):
        text = f"{{{{{FIELDS[self._type]}, {COMMON}}}}}"
        self._pieces = [
            cut(text.format(drift(second + variant), 10 + drift(second), variant + 1))
            for variant in range(VARIANTS)
        ]


class GatewayLane(Lane):
    """Messages with a reading of each child."""

    def _refresh(self, second):
        self._pieces = [
            cut(f'{{"readings": [{", ".join(_records(gateway, second))}]}}')
            for gateway in self._numbers
        ]


def _records(gateway, second):
    for child in children(gateway):
        yield CHILD_TEXT.format(drift(second + child), device_id(child))


def lanes(mix, devices, topic=None):
    """Which lane a message takes: the list is walked again and again.

    :param devices: how many; gateways when the mix is ``gateways``
    """
    if mix == "gateways":
        numbers = GATEWAY.numbers(devices)
        return [GatewayLane(GATEWAY.device_type, numbers, topic or GATEWAY_TOPIC)]
    topic = topic or DATA_TOPIC
    if mix == "temperature":
        numbers = TEMPERATURE.numbers(devices)
        return [Lane(TEMPERATURE.device_type, numbers, topic)]
    made = {kind: Lane(kind.device_type, part, topic) for kind, part in mixed(devices)}
    warm, milk = made[TEMPERATURE], made[MILK_METER]
    round_of_ten = [warm, milk, warm, warm, milk, warm, warm, milk, warm]
    return [lane for other in OTHERS for lane in (*round_of_ten, made[other])]
