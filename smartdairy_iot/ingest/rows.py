"""Samples → the lines that COPY takes (PostgreSQL's text format). Pure."""

import json
from typing import NamedTuple

from .codec.number import unit_of

TEMPERATURE_COLUMNS = (
    "time",
    "received_at",
    "device_id",
    "location_id",
    "temperature_celsius",
    "humidity_percent",
    "is_alarm",
    "alarm_type",
)
SENSOR_COLUMNS = (
    "time",
    "received_at",
    "device_id",
    "device_type",
    "reading_type",
    "value",
    "unit",
    "is_alarm",
    "alarm_type",
    "metadata",
)
_NULL = "\\N"


class Rows(NamedTuple):
    """What goes into one table."""

    table: str
    columns: tuple
    lines: list


def to_rows(samples):
    """One :class:`Rows` for each table that has any."""
    temperatures, sensors = [], []
    for sample in samples:
        if sample.device_type == "temperature":
            temperatures.append(_temperature_line(sample))
        else:
            sensors += _sensor_lines(sample)
    tables = (
        Rows("temperature_readings", TEMPERATURE_COLUMNS, temperatures),
        Rows("sensor_readings", SENSOR_COLUMNS, sensors),
    )
    return [rows for rows in tables if rows.lines]


def _temperature_line(sample):
    location_id = _NULL if sample.location_id is None else sample.location_id
    alarm_type = sample.alarm_type
    return (
        f"{sample.time}\t{_second(sample.received_at)}\t{sample.device_id}\t"
        f"{location_id}\t{sample.values['temperature']}\t"
        f"{sample.values.get('humidity', _NULL)}\t"
        f"{'t' if alarm_type else 'f'}\t{alarm_type or _NULL}\n"
    )


def _sensor_lines(sample):
    metadata = _NULL
    if sample.metadata:
        metadata = json.dumps(sample.metadata).replace("\\", "\\\\")
    head = f"{sample.time}\t{_second(sample.received_at)}\t{sample.device_id}\t"
    for reading_type, value in sample.values.items():
        alarm = sample.alarms.get(reading_type)
        alarm_type = f"{alarm.side}_{reading_type}" if alarm else _NULL
        yield (
            f"{head}{sample.device_type}\t{reading_type}\t{value}\t"
            f"{unit_of(reading_type)}\t{'t' if alarm else 'f'}\t{alarm_type}\t"
            f"{metadata}\n"
        )


def _second(time):
    """Whole seconds compress far better; the rules' watermark overlaps by more."""
    return time.replace(microsecond=0)
