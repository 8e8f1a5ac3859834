"""The figures of the dashboard (specification, Day 258)."""

from typing import Literal

from pydantic import Field

from .base import Answer, Query, RecordId, Reference, Severity, Utc


class DashboardSummary(Answer):
    total_devices: int = Field(description="Active devices.")
    online_devices: int
    offline_devices: int
    alerts_by_severity: dict[Severity, int] = Field(
        description="Those that nobody has acknowledged."
    )
    avg_temperature: float | None = Field(
        description="What each thermometer said last, if in the last hour; °C."
    )
    total_milk_today: float = Field(
        description="Litres since midnight of each farm's own day."
    )


def to_dashboard_summary(
    total, online, alerts_by_severity, avg_temperature, total_milk_today
):
    return {
        "total_devices": total,
        "online_devices": online,
        "offline_devices": total - online,
        "alerts_by_severity": alerts_by_severity,
        "avg_temperature": rounded(avg_temperature),
        "total_milk_today": round(total_milk_today, 2),
    }


class ChartQuery(Query):
    device_id: Reference
    period: Literal["1h", "6h", "24h", "7d", "30d"] = "24h"


class ChartPoint(Answer):
    timestamp: Utc
    avg: float
    min: float
    max: float


class TemperatureChart(Answer):
    device_id: str
    period: str
    data: list[ChartPoint] = Field(description="Buckets without a reading are absent.")


def to_chart(device_id, period, points):
    """:param points: of ``iot.store._series``; those without a value are left out"""
    return {
        "device_id": device_id,
        "period": period,
        "data": [
            {
                "timestamp": point.time.isoformat(),
                "avg": round(point.average, 2),
                "min": round(point.low, 2),
                "max": round(point.high, 2),
            }
            for point in points
            if point.average is not None
        ],
    }


class ProductionQuery(Query):
    farm_id: RecordId | None = None
    period: Literal["24h", "7d", "30d"] = "7d"


class ProductionPoint(Answer):
    timestamp: Utc = Field(description="Beginning of the hour, or of the farm's day.")
    volume: float = Field(description="Litres.")
    sessions: int
    avg_fat: float | None = Field(description="Percent, by volume.")
    avg_protein: float | None = Field(description="Percent, by volume.")


class MilkProduction(Answer):
    period: str
    data: list[ProductionPoint]


def rounded(value, digits=2):
    return None if value is None else round(value, digits)
