from collections import defaultdict
from datetime import datetime, timedelta, timezone

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.smartdairy_iot.readings import anomaly
from odoo.addons.smartdairy_iot.zone import to_zone

from ..schemas.analytics import MAX_DEVICES, to_anomaly, to_trend_day
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
        devices = self.search(domain, order="device_id")
        is_few = len(devices) <= MAX_DEVICES
        trends, anomalies = [], []
        for tz, of_zone in devices.grouped(lambda d: d.farm_id.tz or "UTC").items():
            zone = to_zone(tz)
            start = _midnight(datetime.now(zone)) - timedelta(days=days - 1)
            points = of_zone._hours(start, tz, anomaly.DAYS if is_few else 0)
            for device_id, hours in points.items():
                trends += _to_days(device_id, hours, zone, start)
                if is_few:
                    pairs = [(hour.time, hour.average) for hour in hours]
                    found = anomaly.anomalies(pairs, zone, "temperature", start)
                    anomalies += [to_anomaly(device_id, one) for one in found]
        trends.sort(key=lambda day: (day["date"], day["device_id"]))
        return trends, anomalies if is_few else None

    def _hours(self, start, tz, days_before):
        """``{device_id: [Point, …]}``, also of days before that are compared with"""
        first = start - timedelta(days=days_before)
        now = datetime.now(timezone.utc)
        points = self.env["iot.store"]._series(
            self.mapped("device_id"), "temperature", first, now, _HOUR, tz
        )
        found = defaultdict(list)
        for point in points:
            found[point.device_id].append(point)
        return found


def _to_days(device_id, hours, zone, start):
    days = defaultdict(list)
    for hour in hours:
        if hour.average is not None and hour.time >= start:
            days[_midnight(hour.time.astimezone(zone))].append(hour)
    return [to_trend_day(device_id, day, points) for day, points in days.items()]


def _midnight(time):
    return time.replace(hour=0, minute=0, second=0, microsecond=0)
