from collections import defaultdict
from datetime import datetime, timedelta, timezone

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import groupby

from odoo.addons.smartdairy_iot.readings import anomaly
from odoo.addons.smartdairy_iot.zone import to_zone

from ..schemas.analytics import MAX_DEVICE_DAYS, to_anomaly, to_trend_day
from ..schemas.dashboard import to_chart

_HOUR = 3600
# period → (bucket in seconds, span), as the specification has them
_CHARTS = {
    "1h": (60, timedelta(hours=1)),
    "6h": (300, timedelta(hours=6)),
    "24h": (900, timedelta(hours=24)),
    "7d": (3600, timedelta(days=7)),
    "30d": (21_600, timedelta(days=30)),
}


class IotDevice(models.Model):
    """Temperatures over time, for the app."""

    _inherit = "iot.device"

    def _temperature_chart(self, period):
        self.ensure_one()
        bucket, span = _CHARTS[period]
        now = datetime.now(timezone.utc)
        points = self.env["iot.store"]._series(
            *([self.device_id], "temperature", now - span, now),
            *(bucket, self.farm_id.tz or "UTC"),
        )
        return to_chart(self.device_id, period, points)

    @api.model
    def _temperature_trends(self, device_ids, location_type, days):
        """:return: ``(days, anomalies or None)`` as the app has them"""
        domain = Domain("device_type", "=", "temperature")
        if device_ids is not None:
            domain = Domain("device_id", "in", device_ids)
        if location_type is not None:
            domain &= Domain("location_type", "=", location_type)
        devices = self.search_fetch(domain, ["device_id", "farm_id"], order="device_id")
        is_few = len(devices) * (days + anomaly.DAYS) <= MAX_DEVICE_DAYS
        trends, anomalies = [], []
        for tz, of_zone in devices.grouped(lambda d: d.farm_id.tz or "UTC").items():
            zone = to_zone(tz)
            start = _midnight(datetime.now(zone)) - timedelta(days=days - 1)
            if not is_few:
                points = of_zone._temperatures(start, tz, "day")
                trends += [to_trend_day(p.time, [p]) for p in points if p.count]
                continue
            first = start - timedelta(days=anomaly.DAYS)
            points = of_zone._temperatures(first, tz, _HOUR)
            for device_id, hours in groupby(points, lambda point: point.device_id):
                hours = [hour for hour in hours if hour.average is not None]
                trends += _to_days(hours, zone, start)
                pairs = [(hour.time, hour.average) for hour in hours]
                found = anomaly.anomalies(pairs, zone, "temperature", start)
                anomalies += [to_anomaly(device_id, one) for one in found]
        trends.sort(key=lambda day: (day["date"], day["device_id"]))
        return trends, anomalies if is_few else None

    def _temperatures(self, start, tz, bucket):
        """:return: list of ``iot.store``'s ``Point``, by device and time"""
        now = datetime.now(timezone.utc)
        return self.env["iot.store"]._series(
            self.mapped("device_id"), "temperature", start, now, bucket, tz
        )


def _to_days(hours, zone, start):
    """:param hours: of one device"""
    days = defaultdict(list)
    for hour in hours:
        if hour.time >= start:
            days[hour.time.astimezone(zone).date()].append(hour)
    midnight = datetime.min.time()
    return [
        to_trend_day(datetime.combine(day, midnight, zone), points)
        for day, points in days.items()
    ]


def _midnight(time):
    return time.replace(hour=0, minute=0, second=0, microsecond=0)
