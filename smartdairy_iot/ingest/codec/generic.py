"""Devices whose message is a flat object of numbers: one reading per number. Pure."""

from .telemetry import read_values, to_sample

# device type → {payload key: reading type}; keys are read in this order.
_READINGS = {
    "milk_meter": {
        "volume": "volume",
        "flow_rate": "flow_rate",
        "conductivity": "conductivity",
        "temperature": "temperature",
        "fat_percent": "fat_percent",
        "protein_percent": "protein_percent",
        "somatic_cell_count": "scc",
    },
    "ph_sensor": {"ph": "ph", "value": "ph", "temperature": "temperature"},
    "flow_sensor": {"flow_rate": "flow_rate", "value": "flow_rate", "volume": "volume"},
    "humidity": {
        "humidity": "humidity",
        "value": "humidity",
        "temperature": "temperature",
    },
    "pressure": {"pressure": "pressure", "value": "pressure"},
    "gateway": {"battery": "battery", "signal": "signal", "temperature": "temperature"},
}
_METADATA_KEYS = ("type", "session_id", "animal_id")
_METADATA_LENGTH = 100


def measured_by(device_type):
    """The reading types that such a device may send, the main one first."""
    if device_type == "temperature":
        return ("temperature", "humidity")
    return tuple(dict.fromkeys(_READINGS[device_type].values()))


def decode(payload, device, received_at):
    """One sample with a value for each known key, or None for an event.

    A milk meter's ``session_start`` and ``session_end`` measure nothing: they only
    show that the device is alive.
    """
    metadata = _metadata(payload) if device.device_type == "milk_meter" else None
    if metadata and metadata.get("type") in ("session_start", "session_end"):
        sample = to_sample(payload, device, received_at, {})
    else:
        names = _READINGS[device.device_type]
        sample = to_sample(payload, device, received_at, read_values(payload, names))
    sample.metadata = metadata
    return sample


def _metadata(payload):
    """The keys that tell what a reading belongs to, as far as they are scalars."""
    found = {}
    for key in _METADATA_KEYS:
        raw = payload.get(key)
        if isinstance(raw, (str, int)) and not isinstance(raw, bool):
            found[key] = _clean(raw) if isinstance(raw, str) else raw
    return found or None


def _clean(text):
    """What jsonb can hold: no NUL and no lone surrogate."""
    text = text[:_METADATA_LENGTH].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text.encode(errors="replace").decode()
