from datetime import datetime, timedelta, timezone

from odoo import models

from odoo.addons.smartdairy_iot.ingest.codec.number import unit_of
from odoo.addons.smartdairy_iot.readings import reading_id

from ..errors import InvalidParameterError
from ..schemas.base import MAX_LIMIT
from ..schemas.reading import (
    bucket_of,
    read_cursor,
    to_bucket,
    to_cursor,
    to_reading,
)

_DAY = timedelta(hours=24)
_SAME_INSTANT = len(reading_id.TYPES)  # readings that one message can hold


class IotDevice(models.Model):
    """What the app asks of a device's readings."""

    _inherit = "iot.device"

    def _readings_for_app(self, query):
        """:param query: :class:`~..schemas.reading.ListReadings`
        :return: ``{readings, next_cursor, bucket_seconds}``
        """
        self.ensure_one()
        end = query.end_date or datetime.now(timezone.utc)
        start = query.start_date or end - _DAY
        if start >= end:
            raise InvalidParameterError(
                "start_date", "start_date: must be before end_date."
            )
        is_paged = query.limit is not None or query.cursor is not None
        is_long = end - start > _DAY and not is_paged
        if query.resolution == "bucketed" or (query.resolution == "auto" and is_long):
            return self._buckets_for_app(query, start, end)
        return self._page_for_app(query, start, end)

    def _page_for_app(self, query, start, end):
        limit = query.limit or MAX_LIMIT
        domain = [
            ("device_id", "=", self.id),
            ("timestamp", ">=", start.replace(tzinfo=None)),
        ]
        before = read_cursor(query.cursor) if query.cursor else None
        if before:
            domain.append(("timestamp", "<=", before[0]))
        else:
            domain.append(("timestamp", "<", end.replace(tzinfo=None)))
        if query.reading_type:
            domain.append(("reading_type", "=", query.reading_type))
        # What was the last is found again, and so is what is of the same instant.
        found = self.env["iot.sensor.reading"].search(
            domain, order="timestamp desc, id desc", limit=limit + 1 + _SAME_INSTANT
        )
        page = [r for r in found if not before or (r.timestamp, r.id) < before]
        more, page = len(page) > limit, page[:limit]
        return {
            "readings": [to_reading(reading) for reading in page],
            "next_cursor": to_cursor(page[-1].timestamp, page[-1].id) if more else None,
            "bucket_seconds": None,
        }

    def _buckets_for_app(self, query, start, end):
        reading_type = query.reading_type or self._main_reading_type()
        bucket = bucket_of(start, end)
        points = reading_type and self.env["iot.store"]._series(
            [self.device_id], reading_type, start, end, bucket, self.farm_id.tz or "UTC"
        )
        unit = reading_type and unit_of(reading_type)
        return {
            "readings": [
                to_bucket(
                    point,
                    reading_id.encode(self.id, reading_type, point.time),
                    reading_type,
                    unit,
                )
                for point in reversed(points or ())
                if point.average is not None
            ],
            "next_cursor": None,
            "bucket_seconds": bucket,
        }
