"""Room 2: topic + bytes + fleet → samples, status changes, rejections, strangers. Pure.

:func:`decode` never raises: whatever arrives becomes one of the four, or was not meant
for us: our own words, and the broker's retained copy of a reading.
"""

import json

from . import topic as topics
from .codec import generic, milk_meter, status, temperature
from .codec.telemetry import READINGS, to_sample
from .mapping import Unreadable
from .message import EXCERPT, Decoded, Reason, RejectedError, Rejection, Stranger

MAX_PAYLOAD = 65536
_CODECS = {"temperature": temperature.decode, "milk_meter": milk_meter.decode}
# What a gateway's unknown child seems to be: the first key that its record has.
_TELLING_KEYS = {
    "somatic_cell_count": "milk_meter",
    "session_id": "milk_meter",
    "ph": "ph_sensor",
    "flow_rate": "flow_sensor",
    "pressure": "pressure",
    "temperature": "temperature",
    "humidity": "humidity",
}
_OF_ITSELF = frozenset({*READINGS["gateway"], "firmware"})


def decode(message, fleet):
    """:param fleet: :class:`~.device.Fleet`; :return: :class:`~.message.Decoded`"""
    decoded = Decoded()
    try:
        if message.topic.startswith("smartdairy/"):
            _decode(message, fleet, decoded)
        else:
            _decode_routed(message, fleet, decoded)
    except Exception as error:  # noqa: BLE001 - one message must never stop the line
        _refuse(decoded, message, error)
    return decoded


def _decode(message, fleet, decoded):
    """A topic of our own grammar."""
    topic = topics.parse(message.topic)
    if topic.kind in ("outgoing", "ack"):
        return  # our own words, or not yet asked for
    if message.retain and topic.kind != "status":
        return  # the broker's copy of a reading that was already counted
    device = fleet.get(topic.device_id)
    try:
        payload = parse_json(message.payload)
    except RejectedError as error:
        error.device_id = device and device.device_id
        raise
    if device is None:
        if not message.retain:
            stranger = _stranger(topic.device_id, message, topic.device_type)
            decoded.strangers.append(stranger)
        return
    _require_active(device, topic.device_type)
    if topic.kind == "status":
        change = status.decode(payload, device, message.received_at)
        decoded.statuses.append(change._replace(is_retained=message.retain))
    elif device.mapping:
        _decode_mapped(message, device.mapping.apply(payload), device, fleet, decoded)
    elif topic.kind == "gateway":
        _decode_gateway(message, payload, device, fleet, decoded)
    else:
        for record in _records(payload):
            _decode_record(message, record, device, decoded)


def _decode_routed(message, fleet, decoded):
    """A topic that a device profile describes: zigbee2mqtt/…, tele/…/SENSOR."""
    route, key = _find_route(message.topic, fleet)
    if message.retain:
        return
    payload = parse_json(message.payload)
    key = key or route.mapping.device_key(payload)
    if not key:
        raise RejectedError(
            Reason.MISSING_VALUE, "neither topic nor payload says which device it is"
        )
    # By this profile only: whoever may publish here is not every device's voice.
    device = fleet.get(fleet.keys_at_source.get((route.profile_id, key)))
    records = route.mapping.apply(payload)  # first: what measures nothing is no device
    if not records:
        return  # the profile's filter leaves this message out
    if device is None:
        stranger = _stranger(key, message, route.device_type)
        decoded.strangers.append(stranger._replace(profile_id=route.profile_id))
        return
    _require_active(device)
    _decode_mapped(message, records, device, fleet, decoded)


def _find_route(topic, fleet):
    """The most specific route that takes the topic, and the key that stands in it."""
    for route in fleet.routes:
        key = route.template.match(topic)
        if key is not None:
            return route, key
    raise RejectedError(Reason.WRONG_TOPIC, "no device profile describes this topic")


def _decode_mapped(message, records, device, fleet, decoded):
    """:param records: ``[(channel or None, record in our own grammar)]``"""
    for channel, record in records:
        if isinstance(record, Unreadable):
            _refuse(decoded, message, record.error, device.device_id)
        elif channel is None:
            _decode_record(message, record, device, decoded)
        elif child := _find_child(channel, device, fleet):
            _decode_child(message, record, child, device, decoded)
        else:
            stranger = _stranger(channel, message, _seems(record), device.device_id)
            decoded.strangers.append(stranger)
    if records and all(channel is not None for channel, _record in records):
        decoded.heard.append((device.device_id, message.received_at))


def _decode_gateway(message, payload, gateway, fleet, decoded):
    """``{"readings": [{"device_id": …, …}, …]}``: a bad record is refused alone.

    What else it says is of the gateway itself; its timestamp also counts for the
    records that have none.
    """
    own = payload if isinstance(payload, dict) else {}
    speaks_of_itself = not _OF_ITSELF.isdisjoint(own) and (
        own.get("device_id") in (None, gateway.device_id)
    )
    records = _readings_of(payload, may_be_missing=speaks_of_itself)
    decoded.heard.append((gateway.device_id, message.received_at))
    if speaks_of_itself:
        _decode_own(message, own, gateway, decoded)
    sent_at = own.get("timestamp")
    for record in records:
        device_id = record.get("device_id") if isinstance(record, dict) else None
        if not isinstance(device_id, str):
            error = RejectedError(
                Reason.WRONG_SHAPE, "a record is no object with a device_id (a text)"
            )
            _refuse(decoded, message, error)
            continue
        if sent_at is not None and record.get("timestamp") is None:
            record["timestamp"] = sent_at
        if child := _find_child(device_id, gateway, fleet):
            _decode_child(message, record, child, gateway, decoded)
        else:
            alone = message._replace(
                payload=json.dumps({"readings": [record]}).encode()
            )
            stranger = _stranger(device_id, alone, _seems(record), gateway.device_id)
            decoded.strangers.append(stranger)


def _find_child(name, parent, fleet):
    """By the name that the parent's message has for it: a channel, or its device id."""
    return fleet.get(fleet.channels.get((parent.device_id, name), name))


def _readings_of(payload, may_be_missing):
    """The records of a gateway's message."""
    readings = payload.get("readings") if isinstance(payload, dict) else payload
    if isinstance(readings, dict):
        return [readings]
    if isinstance(readings, list) and (readings or may_be_missing):
        return readings
    if readings is None and may_be_missing:
        return []
    raise RejectedError(
        Reason.WRONG_SHAPE,
        'a gateway\'s message is {"readings": [{"device_id": …, …}, …]}',
    )


def _decode_own(message, record, gateway, decoded):
    """Its battery, signal, firmware: not even a bad one costs its children."""
    try:
        decoded.samples.append(to_sample(record, gateway, message.received_at))
    except RejectedError as error:
        _refuse(decoded, message, error, gateway.device_id)


def _decode_child(message, record, child, parent, decoded):
    """One record of a message that speaks for several devices."""
    try:
        _require_active(child)
        if child.gateway_id != parent.device_id and child is not parent:
            raise RejectedError(
                Reason.NOT_A_CHILD,
                f"{child.device_id} is not connected through {parent.device_id}",
            )
    except RejectedError as error:
        _refuse(decoded, message, error, child.device_id)
    else:
        _decode_record(message, record, child, decoded)


def _decode_record(message, record, device, decoded):
    """One record becomes one sample, or is refused alone."""
    try:
        if not isinstance(record, dict):
            raise RejectedError(
                Reason.WRONG_SHAPE, f"a record is {str(record)[:60]!r}, not an object"
            )
        codec = _CODECS.get(device.device_type, generic.decode)
        decoded.samples.append(codec(record, device, message.received_at))
    except Exception as error:  # noqa: BLE001 - nor cost the other records
        _refuse(decoded, message, error, device.device_id)


def parse_json(raw):
    """The JSON value of ``raw`` bytes; NaN and Infinity are no JSON (RFC 8259)."""
    if len(raw) > MAX_PAYLOAD:
        raise RejectedError(
            Reason.TOO_LARGE, f"{len(raw)} bytes; at most {MAX_PAYLOAD} are taken"
        )
    try:
        return _DECODER.decode(raw.decode())
    except UnicodeDecodeError as error:
        raise RejectedError(Reason.NOT_UTF8, str(error)) from None
    except (RecursionError, ValueError) as error:
        raise RejectedError(Reason.NOT_JSON, str(error)) from None


def _require_active(device, device_type=None):
    if device_type and device.device_type != device_type:
        raise RejectedError(
            Reason.WRONG_DEVICE_TYPE,
            f"{device.device_id} is registered as {device.device_type}, "
            f"not {device_type}",
            device.device_id,
        )
    if not device.is_active:
        raise RejectedError(
            Reason.INACTIVE_DEVICE,
            f"{device.device_id} is not active",
            device.device_id,
        )


def _records(payload):
    if isinstance(payload, dict):
        return (payload,)
    if isinstance(payload, list) and payload:
        return payload
    raise RejectedError(
        Reason.WRONG_SHAPE, "a JSON object, or a list of objects, is expected"
    )


def _stranger(device_ref, message, device_type=None, gateway_id=None):
    return Stranger(
        device_ref,
        message.topic,
        message.payload,
        message.received_at,
        device_type,
        gateway_id,
        redelivered=message.redelivered,
    )


def _seems(record):
    return next((kind for key, kind in _TELLING_KEYS.items() if key in record), None)


def _refuse(decoded, message, error, device_id=None):
    """Turn whatever went wrong into a rejection with its reason."""
    clock_offset = None
    if isinstance(error, RejectedError):
        reason, detail = error.reason, error.detail
        device_id = error.device_id or device_id
        clock_offset = error.clock_offset
    else:
        reason, detail = Reason.INTERNAL_ERROR, f"{type(error).__name__}: {error}"
    decoded.rejections.append(
        Rejection(
            reason,
            detail,
            message.topic,
            message.payload[:EXCERPT],
            message.received_at,
            device_id,
            len(message.payload),
            clock_offset,
        )
    )


def _no_constant(name):
    raise ValueError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(parse_constant=_no_constant)
