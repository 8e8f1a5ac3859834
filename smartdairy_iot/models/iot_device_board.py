from datetime import timedelta, timezone

from odoo import fields, models

from ..ingest.codec.number import READING_TYPES, unit_of

# {span: (how long, seconds of a bucket)}: some 120 to 180 points each
_SPANS = {
    "1h": (timedelta(hours=1), 30),
    "6h": (timedelta(hours=6), 180),
    "24h": (timedelta(hours=24), 900),
    "7d": (timedelta(days=7), 3600),
    "30d": (timedelta(days=30), 14400),
}


class IotDevice(models.Model):
    """The curve of a device on somebody's own board."""

    _inherit = "iot.device"

    def get_board_chart(self, measure, span):
        """:param span: ``1h``, ``6h``, ``24h``, ``7d`` or ``30d``

        :return: ``{start, end, unit, points: [[ms, average, lowest, highest]]}``
        """
        self.ensure_one()
        self.check_access("read")
        if measure not in READING_TYPES or span not in _SPANS:
            return {"points": [], "unit": "", "start": 0, "end": 0}
        length, bucket = _SPANS[span]
        end = fields.Datetime.now().replace(tzinfo=timezone.utc)
        tz = self.farm_id.tz or "UTC"
        asked = [self.device_id], measure, end - length, end, bucket, tz
        return {
            "start": _millis(end - length),
            "end": _millis(end),
            "unit": unit_of(measure),
            "points": [
                [_millis(point.time), point.average, point.low, point.high]
                for point in self.env["iot.store"]._series(*asked)
            ],
        }


def _millis(moment):
    return round(moment.timestamp() * 1000)
