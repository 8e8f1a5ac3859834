"""Trends and quality (specification, Day 259)."""

from datetime import date, datetime, timezone
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from .base import Answer, Query, RecordId, Reference, Time, Utc, whole
from .dashboard import rounded

# Of which anomalies are looked for: devices × days, with the 28 days before. 15 devices
# over 90 days, 51 over a week.
MAX_DEVICE_DAYS = 1800


def _several(value):
    """``a&b`` as well as ``a,b``."""
    given = value if isinstance(value, list) else [value]
    return [part for text in given for part in str(text).split(",")]


class TrendsQuery(Query):
    device_ids: (
        Annotated[list[Reference], BeforeValidator(_several), Field(max_length=500)]
        | None
    ) = Field(None, description="By default all thermometers that one may see.")
    location_type: (
        Literal["raw_milk", "pasteurized", "transport", "storage", "default"] | None
    ) = None
    days: whole(1, 90) = 7


class TrendDay(Answer):
    date: datetime = Field(description="Midnight of the farm's own day, in UTC.")
    device_id: str
    avg_temp: float
    min_temp: float
    max_temp: float
    alarm_count: int


class Anomaly(Answer):
    device_id: str
    start: Utc
    end: Utc
    value: float = Field(description="The hour's average that is the furthest off.")
    expected: float = Field(description="The median at that hour in 28 days before.")
    score: float = Field(description="Modified z-score; over 3.5 it is an anomaly.")
    side: Literal["low", "high"]


class TemperatureTrends(Answer):
    period_days: int
    trends: list[TrendDay]
    anomalies: list[Anomaly] | None = Field(
        description="Null: of so many devices and days none are looked for: more than "
        "15 over 90 days, 51 over a week."
    )


def to_trend_day(midnight, points):
    """:param points: of ``iot.store._series``: of one device and day, with values"""
    count = sum(point.count for point in points)
    return {
        "date": midnight.astimezone(timezone.utc).isoformat(),
        "device_id": points[0].device_id,
        "avg_temp": round(sum(p.average * p.count for p in points) / count, 2),
        "min_temp": rounded(min(point.low for point in points)),
        "max_temp": rounded(max(point.high for point in points)),
        "alarm_count": sum(point.alarms for point in points),
    }


def to_anomaly(device_id, anomaly):
    return {
        "device_id": device_id,
        "start": anomaly.start.astimezone(timezone.utc).isoformat(),
        "end": anomaly.end.astimezone(timezone.utc).isoformat(),
        "value": round(anomaly.value, 2),
        "expected": round(anomaly.expected, 2),
        "score": round(anomaly.score, 1),
        "side": anomaly.side,
    }


class QualityQuery(Query):
    farm_id: RecordId | None = None
    start_date: Time | None = Field(None, description="By default 30 days ago.")
    end_date: Time | None = Field(None, description="By default today; part of it.")


class QualityDay(Answer):
    date: date
    avg_fat_percent: float
    avg_protein_percent: float
    avg_scc: int
    avg_conductivity: float
    total_volume_liters: float
    animals_milked: int
    quality_grade: str = Field(description="N/A: too little was measured.")


class QualityReport(Answer):
    start_date: date
    end_date: date
    report: list[QualityDay]
