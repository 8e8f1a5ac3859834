from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..ingest.codec.number import READING_TYPES, unit_of
from ..readings.source import COLUMNS
from ..rollup import BELIEVED, ROLLUPS, SENSOR, TEMPERATURE, quarter_of
from ..zone import to_zone
from .iot_store_rollup import QUARTER

_CALENDAR = ("day", "week", "month")
# Reading type → minimum, sum, sum of squares, maximum, count in the rollup.
_TEMPERATURE_SUMS = {
    "temperature": ("min_temp", "sum_temp", "sumsq_temp", "max_temp", "reading_count"),
    "humidity": (
        *("min_humidity", "sum_humidity", "NULL::float8", "max_humidity"),
        "humidity_count",
    ),
}
_VALUE_SUMS = ("min_value", "sum_value", "sumsq_value", "max_value", "reading_count")


class Reading(NamedTuple):
    """One stored value, in canonical units."""

    device_id: str
    reading_type: str
    time: datetime  # aware
    value: float
    quality: int  # 0–100; under 20 it is the probe's fault
    is_alarm: bool

    @property
    def unit(self):
        return unit_of(self.reading_type)


class Point(NamedTuple):
    """What a device measured in one bucket; never an average alone."""

    device_id: str
    time: datetime  # aware, the bucket's beginning
    low: float | None  # None: nothing but the probe's faults
    average: float | None
    high: float | None
    count: int  # readings that are no faults
    alarms: int
    faults: int


class Window(NamedTuple):
    """All of a span in one."""

    low: float | None
    average: float | None
    high: float | None
    deviation: float | None  # of the sample; None of fewer than two
    count: int


class Normal(NamedTuple):
    """Of one device, without its alarms and faults."""

    average: float
    deviation: float | None  # of the sample; None of fewer than two
    count: int


class IotStore(models.AbstractModel):
    """The read side of whatever is a number. Reading types are ``codec.number``'s.

    A value is looked for wherever a kind of device may have it, so the same call serves
    a temperature sensor, a milk meter and a pH probe.
    """

    _inherit = "iot.store"

    @api.model
    def _latest(self, device_ids, reading_types=None, limit=1, before=None):
        """The newest readings of each device and reading type.

        :param reading_types: None for all
        :param limit: messages of each
        :param before: aware datetime, None for now
        :return: list of :class:`Reading`, newest first
        """
        found = []
        asked = {
            "devices": list(device_ids),
            "types": reading_types and list(reading_types),
            "limit": limit,
            "before": before,
        }
        with self._cursor() as cr:
            for table, columns in COLUMNS.items():
                pairs = [
                    SQL("(%s, %s)", t, SQL.identifier(c)) for t, c in columns.items()
                ]
                values = SQL(", ").join(pairs)
                table = SQL.identifier(table)
                cr.execute(SQL(_LATEST_WIDE, table=table, values=values, **asked))
                found += [Reading(*row) for row in cr.fetchall()]
            cr.execute(SQL(_LATEST_NARROW, known=list(READING_TYPES), **asked))
            found += [Reading(*row) for row in cr.fetchall()]
        return sorted(found, key=lambda reading: reading.time, reverse=True)

    @api.model
    def _series(self, device_ids, reading_type, start, end, bucket, tz="UTC"):
        """Minimum, average and maximum of each bucket, however far one zooms out.

        Buckets of quarter hours are made of rollups: they are there as well when the
        readings were dropped long ago. (Those of milk meters are made of readings.)

        :param start, end: aware datetimes; ``end`` is not part of it
        :param bucket: seconds, or ``day``, ``week`` or ``month`` of the calendar there
        :param tz: name of the farm's time zone: where seconds begin to count (at its
            midnight before ``start``), and when a day does
        :return: list of :class:`Point`, by device and time; empty buckets are left out
        """
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    _SERIES,
                    bucket=_bucket(bucket, start, tz),
                    rows=self._numbers(
                        cr, device_ids, reading_type, start, end, _by_quarter(bucket)
                    ),
                )
            )
            return [Point(*row) for row in cr.fetchall()]

    @api.model
    def _window(self, device_ids, reading_type, start, end):
        """All devices and all of the span in one :class:`Window`, of the readings."""
        with self._cursor() as cr:
            rows = self._numbers(cr, device_ids, reading_type, start, end, False)
            cr.execute(SQL(_WINDOW, rows=rows))
            return Window(*cr.fetchone())

    @api.model
    def _normals(self, device_ids, reading_type, start, end):
        """What each device usually measures: quarters with an alarm do not count.

        :return: ``{device_id: Normal}`` of those that have readings
        """
        # Humidity's quarters keep no squares.
        by_quarter = reading_type != "humidity"
        with self._cursor() as cr:
            rows = self._numbers(cr, device_ids, reading_type, start, end, by_quarter)
            cr.execute(SQL(_NORMALS, rows=rows))
            return {row[0]: Normal(*row[1:]) for row in cr.fetchall()}

    def _numbers(self, cr, device_ids, reading_type, start, end, by_quarter):
        """SQL of rows ``(device_id, time, low, total, squares, high, n, alarms,
        faults)``: readings, or quarters of them.
        """
        span = {"devices": list(device_ids), "start": start, "end": end}
        parts = []
        for table, columns in COLUMNS.items():
            if reading_type not in columns:
                continue
            if by_quarter and table == TEMPERATURE.table:
                sums = _TEMPERATURE_SUMS[reading_type]
                parts.append(self._quarters(cr, TEMPERATURE, sums, SQL("TRUE"), **span))
            else:
                column = SQL.identifier(columns[reading_type])
                is_type = SQL("%s IS NOT NULL", column)
                parts.append(_readings(table, column, is_type, **span))
        is_type = SQL("reading_type = %s", reading_type)
        if by_quarter:
            parts.append(self._quarters(cr, SENSOR, _VALUE_SUMS, is_type, **span))
        else:
            parts.append(_readings(SENSOR.table, SQL("value"), is_type, **span))
        return SQL(" UNION ALL ").join(parts)

    def _quarters(self, cr, rollup, sums, is_type, devices, start, end):
        start = quarter_of(start.astimezone(timezone.utc))
        fresh = self._fresh(cr, rollup, devices, start, end)
        return SQL(
            "SELECT device_id, bucket, %s, alarm_count, fault_count"
            "  FROM (%s) AS quarters WHERE %s",
            SQL(", ".join(sums)),
            fresh,
            is_type,
        )

    @api.model
    def _extent(self):
        """From when to when there are readings, in whole quarters or a little more.

        An index finds it: readings themselves have none by time alone.

        :return: ``(start, end)``, aware; None and None if there are none
        """
        # Raw SQL: tables of the store are no models.
        spans = [
            SQL(
                "SELECT greatest(min(bucket), (SELECT dropped_before"
                " FROM retention_horizon WHERE table_name = %s)), max(bucket) FROM %s",
                rollup.table,
                SQL.identifier(rollup.name),
            )
            for rollup in ROLLUPS
        ]
        spans.append(SQL("SELECT min(bucket), max(bucket) FROM rollup_dirty"))
        query = SQL(
            "SELECT min(first), max(last) + %s FROM (%s) AS spans (first, last)",
            QUARTER,
            SQL(" UNION ALL ").join(spans),
        )
        with self._cursor() as cr:
            cr.execute(query)
            return cr.fetchone()


def _readings(table, column, is_type, devices, start, end):
    return SQL(
        _READINGS,
        table=SQL.identifier(table),
        column=column,
        is_type=is_type,
        believed=SQL(BELIEVED),
        devices=devices,
        start=start,
        end=end,
    )


def _by_quarter(bucket):
    return bucket in _CALENDAR or bucket % QUARTER.total_seconds() == 0


def _bucket(bucket, start, tz):
    """SQL of the bucket that ``time`` is in."""
    if bucket in _CALENDAR:
        return SQL("date_trunc(%s, time, %s)", bucket, tz)
    midnight = start.astimezone(to_zone(tz)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    return SQL("date_bin(%s, time, %s)", timedelta(seconds=bucket), midnight)


# Each device by its index. A row's alarm is of one reading type, or its metadata names
# them all.
_LATEST_WIDE = """
SELECT asked.device_id, reading_type, time, value, quality, is_alarm
       AND coalesce(metadata -> 'alarms', jsonb_build_array(alarm_type))
           ?| ARRAY['low_' || reading_type, 'high_' || reading_type]
  FROM unnest(%(devices)s::varchar[]) AS asked (device_id),
       LATERAL (SELECT * FROM %(table)s AS readings
                 WHERE readings.device_id = asked.device_id
                   AND time < coalesce(%(before)s, 'infinity'::timestamptz)
                 ORDER BY time DESC LIMIT %(limit)s) AS newest,
       LATERAL (VALUES %(values)s) AS each (reading_type, value)
 WHERE value IS NOT NULL
   AND (%(types)s::varchar[] IS NULL OR reading_type = ANY(%(types)s::varchar[]))
"""
_LATEST_NARROW = """
SELECT asked.device_id, known.reading_type, time, value, quality, is_alarm
  FROM unnest(%(devices)s::varchar[]) AS asked (device_id),
       LATERAL (SELECT unnest(coalesce(%(types)s::varchar[], %(known)s::varchar[])))
           AS known (reading_type),
       LATERAL (SELECT time, value, quality, is_alarm FROM sensor_readings
                 WHERE device_id = asked.device_id
                   AND reading_type = known.reading_type
                   AND time < coalesce(%(before)s, 'infinity'::timestamptz)
                 ORDER BY time DESC LIMIT %(limit)s) AS newest
"""
_READINGS = """
SELECT device_id, time,
       CASE WHEN %(believed)s THEN %(column)s END,
       CASE WHEN %(believed)s THEN %(column)s::float8 END,
       CASE WHEN %(believed)s THEN %(column)s::float8 * %(column)s END,
       CASE WHEN %(believed)s THEN %(column)s END,
       (%(believed)s)::int, is_alarm::int, (NOT %(believed)s)::int
  FROM %(table)s
 WHERE device_id = ANY(%(devices)s) AND time >= %(start)s AND time < %(end)s
   AND %(is_type)s
"""
_SERIES = """
SELECT device_id, %(bucket)s, min(low), sum(total) / nullif(sum(n), 0), max(high),
       sum(n)::bigint, sum(alarms)::bigint, sum(faults)::bigint
  FROM (%(rows)s)
    AS rows (device_id, time, low, total, squares, high, n, alarms, faults)
 GROUP BY 1, 2 ORDER BY 1, 2
"""
_WINDOW = """
SELECT min(low), avg(total), max(high), stddev_samp(total), coalesce(sum(n), 0)::bigint
  FROM (%(rows)s)
    AS rows (device_id, time, low, total, squares, high, n, alarms, faults)
"""
_NORMALS = """
SELECT device_id, sum(total) / sum(n),
       sqrt(greatest(0, sum(squares) - sum(total) ^ 2 / sum(n))
            / nullif(sum(n) - 1, 0)),
       sum(n)::bigint
  FROM (%(rows)s)
    AS rows (device_id, time, low, total, squares, high, n, alarms, faults)
 WHERE alarms = 0 AND n > 0
 GROUP BY device_id
"""
