"""Readings, as the Dart ``SensorReadingModel``."""

import base64
import binascii
import json
from datetime import datetime, timezone
from typing import Annotated, Literal

from pydantic import Field

from ..errors import InvalidParameterError
from .base import MAX_LIMIT, Answer, DartModel, Query, Time, Utc, whole

ReadingType = Literal[
    "temperature",
    "humidity",
    "pressure",
    "volume",
    "flow_rate",
    "ph",
    "conductivity",
    "fat_percent",
    "protein_percent",
    "scc",
    "battery",
    "signal",
    "running",
]
# Widths that people read a time axis in; at most MAX_LIMIT points then.
_BUCKETS = (60, 300, 900, 3600, 21_600, 86_400)


class SensorReadingModel(DartModel):
    id: str
    device_id: str = Field(examples=["TEMP-G01"])
    timestamp: Utc
    value: float = Field(examples=[3.8])
    unit: str = Field(examples=["°C"])
    reading_type: str | None = Field(examples=["temperature"])
    metadata: dict[str, object] | None = Field(
        description="Of a reading: is_alarm, quality. Of a bucket, whose average the "
        "value is: min, max, count, alarm_count."
    )


class ReadingList(Answer):
    readings: list[SensorReadingModel] = Field(description="Newest first.")
    next_cursor: str | None = Field(description="Null: there are no more.")
    bucket_seconds: int | None = Field(description="Null: these are single readings.")


class ListReadings(Query):
    start_date: Time | None = Field(None, description="By default 24 h before the end.")
    end_date: Time | None = Field(None, description="By default now; not part of it.")
    limit: whole(1, MAX_LIMIT) | None = Field(
        None, description="Of single readings; 1000 if they are paged."
    )
    cursor: Annotated[str, Field(max_length=200)] | None = Field(
        None, description="``next_cursor`` of the page before, all else as there."
    )
    reading_type: ReadingType | None = Field(
        None, description="By default all; of buckets the device's main one."
    )
    resolution: Literal["auto", "raw", "bucketed"] = Field(
        "auto",
        description="auto: buckets where more than 24 h are asked for without limit.",
    )


def bucket_of(start, end):
    """The narrowest bucket, in seconds, with which that span is not too long."""
    span = (end - start).total_seconds()
    for bucket in _BUCKETS:
        if span / bucket <= MAX_LIMIT:
            return bucket
    return _BUCKETS[-1]


def to_cursor(time, record_id):
    """:param time: naive UTC"""
    return base64.urlsafe_b64encode(
        json.dumps([time.isoformat(), record_id]).encode()
    ).decode()


def read_cursor(cursor):
    """:return: ``(naive UTC time, record id)``"""
    try:
        time, record_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(time).replace(tzinfo=None), int(record_id)
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise InvalidParameterError(
            "cursor", "cursor: is none that this server has given."
        ) from None


def to_reading(reading):
    """:param reading: an ``iot.sensor.reading``, or anything with its fields"""
    return {
        "id": str(reading.id),
        "deviceId": reading.device_id.device_id,
        "timestamp": reading.timestamp.replace(tzinfo=timezone.utc).isoformat(),
        "value": reading.value,
        "unit": reading.unit or "",
        "readingType": reading.reading_type,
        "metadata": {"is_alarm": reading.is_alarm, "quality": reading.quality},
    }


def to_bucket(point, record_id, reading_type, unit):
    """:param point: of ``iot.store._series``, with a value"""
    return {
        "id": str(record_id),
        "deviceId": point.device_id,
        "timestamp": point.time.astimezone(timezone.utc).isoformat(),
        "value": round(point.average, 4),
        "unit": unit,
        "readingType": reading_type,
        "metadata": {
            "min": round(point.low, 4),
            "max": round(point.high, 4),
            "count": point.count,
            "alarm_count": point.alarms,
        },
    }
