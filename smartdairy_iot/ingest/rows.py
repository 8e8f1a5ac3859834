"""Samples → the lines that COPY takes (PostgreSQL's text format). Pure."""

import json
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from .codec.number import unit_of
from .message import Fault

TEMPERATURE_COLUMNS = (
    "time",
    "received_at",
    "device_id",
    "location_id",
    "temperature_celsius",
    "humidity_percent",
    "quality",
    "is_alarm",
    "alarm_type",
    "metadata",
    "raw_value",
    "raw_humidity",
)
MILK_COLUMNS = (
    "time",
    "received_at",
    "device_id",
    "message_type",
    "animal_id",
    "session_id",
    "volume_liters",
    "flow_rate_lpm",
    "conductivity",
    "temperature_celsius",
    "fat_percent",
    "protein_percent",
    "somatic_cell_count",
    "is_complete",
    "quality",
    "is_alarm",
    "alarm_type",
    "metadata",
)
SENSOR_COLUMNS = (
    "time",
    "received_at",
    "device_id",
    "device_type",
    "reading_type",
    "value",
    "unit",
    "quality",
    "is_alarm",
    "alarm_type",
    "metadata",
    "raw_value",
)
# 0–100, the specification's quality score, of a value that is not believed.
QUALITY = {Fault.PROBE_ERROR: 0, Fault.JUMP: 10, Fault.STUCK: 20}
_GOOD = 100
_NO_DELAY, _AT_ONCE = timedelta(0), timedelta(seconds=10)
_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_OWN_COLUMN = {"type", "session_id", "animal_id"}  # of a milk meter's metadata


class Rows(NamedTuple):
    """What goes into one table."""

    table: str
    columns: tuple
    lines: list


def to_rows(samples):
    """One :class:`Rows` for each table that has any."""
    temperatures, milk, sensors = [], [], []
    for sample in samples:
        if sample.device_type == "temperature":
            temperatures.append(_temperature_line(sample))
        elif sample.device_type == "milk_meter":
            milk.append(_milk_line(sample))
        else:
            sensors += _sensor_lines(sample)
    tables = (
        Rows("temperature_readings", TEMPERATURE_COLUMNS, temperatures),
        Rows("milk_meter_readings", MILK_COLUMNS, milk),
        Rows("sensor_readings", SENSOR_COLUMNS, sensors),
    )
    return [rows for rows in tables if rows.lines]


def _temperature_line(sample):
    location_id = _NULL if sample.location_id is None else sample.location_id
    return (
        f"{sample.time}\t{_received(sample)}\t{sample.device_id}\t"
        f"{location_id}\t{sample.values['temperature']}\t"
        f"{sample.values.get('humidity', _NULL)}\t{_verdict(sample)}\t"
        f"{_raw(sample, 'temperature')}\t{_raw(sample, 'humidity')}\n"
    )


def _milk_line(sample):
    said, values = sample.metadata, sample.values
    kind = said["type"]
    scc = values.get("scc")
    return (
        f"{sample.time}\t{_received(sample)}\t{sample.device_id}\t{kind}\t"
        f"{_or_null(said['animal_id'])}\t{_text(said['session_id'])}\t"
        f"{values.get('volume', _NULL)}\t{values.get('flow_rate', _NULL)}\t"
        f"{values.get('conductivity', _NULL)}\t{values.get('temperature', _NULL)}\t"
        f"{values.get('fat_percent', _NULL)}\t{values.get('protein_percent', _NULL)}\t"
        f"{_NULL if scc is None else round(scc)}\t"
        f"{'t' if kind == 'session_end' else 'f'}\t{_verdict(sample)}\n"
    )


def _sensor_lines(sample):
    notes = _notes(sample)
    head = f"{sample.time}\t{_received(sample)}\t{sample.device_id}\t"
    for reading_type, value in sample.values.items():
        alarm = sample.alarms.get(reading_type)
        alarm_type = f"{alarm.side}_{reading_type}" if alarm else _NULL
        quality = QUALITY.get(sample.faults.get(reading_type), _GOOD)
        yield (
            f"{head}{sample.device_type}\t{reading_type}\t{value}\t"
            f"{unit_of(reading_type)}\t{quality}\t{'t' if alarm else 'f'}\t"
            f"{alarm_type}\t{notes}\t{_raw(sample, reading_type)}\n"
        )


def _verdict(sample):
    """quality, is_alarm, alarm_type and metadata of a row with several values."""
    if not (sample.faults or sample.alarms or sample.original or sample.metadata):
        return f"{_GOOD}\tf\t{_NULL}\t{_NULL}"
    quality = min((QUALITY[fault] for fault in sample.faults.values()), default=_GOOD)
    alarm = f"t\t{sample.alarm_type}" if sample.alarms else f"f\t{_NULL}"
    return f"{quality}\t{alarm}\t{_notes(sample)}"


def _notes(sample):
    """The metadata column: what no other column says."""
    notes = {
        name: value
        for name, value in (sample.metadata or {}).items()
        if name not in _OWN_COLUMN and value is not None
    }
    if sample.original:
        notes["original"] = sample.original
    if sample.raw and sample.device_type == "milk_meter":
        notes["raw"] = sample.raw  # up to seven values: no columns for each
    if sample.faults:
        notes["faults"] = sample.faults
    if len(sample.alarms) > 1:  # alarm_type names only the first
        notes["alarms"] = sample.alarm_types
    return _text(json.dumps(notes)) if notes else _NULL


def _raw(sample, reading_type):
    """What a value was before its calibration; NULL, which takes no space, without."""
    return sample.raw.get(reading_type, _NULL) if sample.raw else _NULL


def _or_null(value):
    return _NULL if value is None else value


def _text(text):
    return _NULL if text is None else text.translate(_ESCAPES)


def _received(sample):
    """NULL where its time says it: received at once. That compresses to nothing.

    Alarms always have it, since the rules ask by it.
    """
    late = sample.received_at - sample.time
    if _NO_DELAY <= late < _AT_ONCE and not sample.alarms:
        return _NULL
    return _second(sample.received_at)


@lru_cache(maxsize=16)  # all records of a message were received at once
def _second(time):
    """Whole seconds compress far better; the rules' watermark overlaps by more."""
    return str(time.replace(microsecond=0))
