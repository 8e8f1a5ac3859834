from datetime import datetime, timedelta, timezone

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..boards.natural import natural_key
from ..ingest.codec.generic import measured_by
from ..ingest.codec.number import READING_TYPES, unit_of
from ..readings.anomaly import DAYS, anomalies
from ..readings.environment import told_when_away
from ..zone import to_zone

_HOUR = 3600
_MOST_DAYS = 90
_MOST_DEVICES = 6


class IotDevice(models.Model):
    """The analytics board: trends, and what is not usual in them."""

    _inherit = "iot.device"

    @api.model
    def get_analytics_choices(self):
        """Which devices there are to look at, and what they measure.

        :return: ``{farms: [{id, name, tz}], devices: [{id, name, farm_id,
            device_type, measures}], measures: {name: {label, unit}}}``
        """
        farms = self.env["farm.farm"].search([])
        devices = self.search_fetch(
            [("farm_id", "in", farms.ids), ("device_type", "!=", "gateway")],
            ["name", "farm_id", "device_type"],
        )
        labels = self.env["iot.threshold"]._fields["reading_type"]
        labels = dict(labels._description_selection(self.env))
        return {
            "farms": [{"id": f.id, "name": f.name, "tz": f.tz} for f in farms],
            "devices": [
                {
                    "id": device.id,
                    "name": device.name,
                    "farm_id": device.farm_id.id,
                    "device_type": device.device_type,
                    "measures": list(measured_by(device.device_type)),
                }
                for device in devices.sorted(lambda device: natural_key(device.name))
            ],
            "measures": {
                name: {"label": labels.get(name, name), "unit": unit_of(name)}
                for name in READING_TYPES
            },
        }

    @api.readonly
    def get_analytics(self, reading_type, days=90, is_compared=False):
        """Trends of up to six devices by the hour, and their anomalies.

        :param reading_type: as in ``codec.number``
        :param days: 1 to 90, up to now
        :param is_compared: beside them the same number of days before, moved on
        :return: ``{start, end, tz, unit, series: [{id, name, points, before,
            anomalies}]}``; times are ms since the epoch, points
            ``[ms, average, minimum, maximum]``
        """
        self._require_trend(reading_type)
        days = max(1, min(int(days), _MOST_DAYS))
        tz = self.farm_id[:1].tz or self.env.user.tz or "UTC"
        now = fields.Datetime.now().replace(tzinfo=timezone.utc)
        start = now - timedelta(days=days)
        first = start - timedelta(days=max(DAYS, days if is_compared else 0))
        with told_when_away():
            points = self.env["iot.store"]._series(
                self.mapped("device_id"), reading_type, first, now, _HOUR, tz
            )
        by_device = {}
        for point in points:
            by_device.setdefault(point.device_id, []).append(point)
        return {
            "start": _ms(start),
            "end": _ms(now),
            "tz": tz,
            "unit": unit_of(reading_type),
            "series": [
                device._to_trend(
                    by_device.get(device.device_id, []),
                    reading_type,
                    start,
                    timedelta(days=days) if is_compared else None,
                )
                for device in self
            ],
        }

    def _require_trend(self, reading_type):
        self.check_access("read")
        if reading_type not in READING_TYPES:
            raise UserError(
                _(
                    "“%(name)s” is nothing that is measured. There are: %(known)s.",
                    name=reading_type,
                    known=", ".join(READING_TYPES),
                )
            )
        if len(self) > _MOST_DEVICES:
            raise UserError(
                _("Choose up to %(most)s devices to compare.", most=_MOST_DEVICES)
            )

    def _to_trend(self, points, reading_type, start, span):
        """:param span: how far what was before is moved on; None: it is not shown"""
        hours = [(point.time, point.average) for point in points]
        zone = to_zone(self.farm_id.tz or "UTC")
        before = []
        if span:
            before = [
                _to_point(point, span)
                for point in points
                if start - span <= point.time < start
            ]
        return {
            "id": self.id,
            "name": self.name,
            "points": [_to_point(p) for p in points if p.time >= start],
            "before": before,
            "anomalies": [
                {
                    "start": _ms(told.start),
                    "end": _ms(told.end),
                    "value": round(told.value, 3),
                    "expected": round(told.expected, 3),
                    "score": round(told.score, 1),
                    "side": told.side,
                    "hours": told.hours,
                }
                for told in anomalies(hours, zone, reading_type, start)
            ],
        }


def _to_point(point, later=timedelta()):
    values = (point.average, point.low, point.high)
    return [
        _ms(point.time + later),
        *(value if value is None else round(value, 3) for value in values),
    ]


def _ms(time: datetime):
    return round(time.timestamp() * 1000)
