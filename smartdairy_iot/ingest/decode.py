"""Room 2: topic + bytes + device map → samples, status changes, rejections. Pure.

:func:`decode` never raises: whatever arrives becomes one of the three.
"""

from json import JSONDecodeError, JSONDecoder

from . import topic as topics
from .codec import generic, status, temperature
from .message import Decoded, Reason, RejectedError, Rejection

MAX_PAYLOAD = 65536
_CODECS = {"temperature": temperature.decode}


def decode(message, devices):
    """:param devices: ``{device_id: Device}``; :return: :class:`Decoded`."""
    decoded = Decoded()
    try:
        _decode(message, devices, decoded)
    except Exception as error:  # noqa: BLE001 - one message must never stop the line
        _refuse(decoded, message, error)
    return decoded


def _decode(message, devices, decoded):
    topic = topics.parse(message.topic)
    if topic.kind in ("outgoing", "ack"):
        return  # our own words, or not yet asked for
    payload = parse_json(message.payload)
    device = find_device(topic.device_id, topic.device_type, devices)
    if topic.kind == "status":
        change = status.decode(payload, device, message.received_at)
        decoded.statuses.append(change._replace(is_retained=message.retain))
    elif message.retain:
        return  # the broker's copy of a reading that was already counted
    elif topic.kind == "gateway":
        _decode_gateway(message, payload, device, devices, decoded)
    else:
        _decode_records(message, payload, device, decoded)


def _decode_records(message, payload, device, decoded):
    """A device's own message: one object, or a list of them (a backfill)."""
    codec = _CODECS.get(device.device_type, generic.decode)
    for record in _records(payload):
        try:
            _check_record(record)
            decoded.samples.append(codec(record, device, message.received_at))
        except Exception as error:  # noqa: BLE001 - nor cost the other records
            _refuse(decoded, message, error, device.device_id)


def _decode_gateway(message, payload, gateway, devices, decoded):
    """``{"readings": [{"device_id": …, …}, …]}``: a bad record is refused alone."""
    records = payload.get("readings") if isinstance(payload, dict) else payload
    for record in _records(records):
        try:
            _check_record(record)
            child = _find_child(_device_id_of(record), gateway, devices)
            codec = _CODECS.get(child.device_type, generic.decode)
            decoded.samples.append(codec(record, child, message.received_at))
        except Exception as error:  # noqa: BLE001 - nor cost the other records
            _refuse(decoded, message, error, _device_id_of(record))


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
    except (JSONDecodeError, RecursionError, ValueError) as error:
        raise RejectedError(Reason.NOT_JSON, str(error)) from None


def find_device(device_id, device_type, devices):
    """The registered, active device of that id and type."""
    device = devices.get(device_id)
    if device is None:
        raise RejectedError(
            Reason.UNKNOWN_DEVICE, f"device {device_id!r} is not registered", device_id
        )
    if device_type and device.device_type != device_type:
        raise RejectedError(
            Reason.WRONG_DEVICE_TYPE,
            f"{device_id} is registered as {device.device_type}, not {device_type}",
            device_id,
        )
    if not device.is_active:
        raise RejectedError(
            Reason.INACTIVE_DEVICE, f"{device_id} is not active", device_id
        )
    return device


def _find_child(device_id, gateway, devices):
    if device_id is None:
        raise RejectedError(Reason.WRONG_SHAPE, "a record has no device_id (a text)")
    child = find_device(device_id, None, devices)
    if child.gateway_id != gateway.device_id and child is not gateway:
        raise RejectedError(
            Reason.NOT_A_CHILD,
            f"{device_id} is not connected through {gateway.device_id}",
            device_id,
        )
    return child


def _records(payload):
    if isinstance(payload, dict):
        return (payload,)
    if isinstance(payload, list) and payload:
        return payload
    raise RejectedError(
        Reason.WRONG_SHAPE, "a JSON object, or a list of objects, is expected"
    )


def _check_record(record):
    if not isinstance(record, dict):
        raise RejectedError(
            Reason.WRONG_SHAPE, f"a record is {str(record)[:60]!r}, not an object"
        )


def _device_id_of(record):
    device_id = record.get("device_id") if isinstance(record, dict) else None
    return device_id if isinstance(device_id, str) else None


def _refuse(decoded, message, error, device_id=None):
    """Turn whatever went wrong into a rejection with its reason."""
    if isinstance(error, RejectedError):
        reason, detail = error.reason, error.detail
        device_id = error.device_id or device_id
    else:
        reason, detail = Reason.INTERNAL_ERROR, f"{type(error).__name__}: {error}"
    received = message.topic, message.payload, message.received_at
    decoded.rejections.append(Rejection(reason, detail, *received, device_id))


def _no_constant(name):
    raise ValueError(f"{name} is no JSON number")


_DECODER = JSONDecoder(parse_constant=_no_constant)
