"""SQL of the rows that ``iot.sensor.reading`` is made of.

Wherever the readings are, their database has no devices of Odoo. Those that the user
may see come along as an array, and only their readings are joined.

Raw SQL: tables of the store are no models. What is asked of them, the ORM writes around
it.
"""

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import NamedTuple

from odoo.tools import SQL

from ..ingest.codec.number import unit_of
from ..rollup import BELIEVED, MILK, SENSOR, TEMPERATURE, quarter_of
from . import reading_id
from .environment import told_when_away

# Reading type → column, of the tables with a row for each message.
COLUMNS = {
    TEMPERATURE.table: {
        "temperature": "temperature_celsius",
        "humidity": "humidity_percent",
    },
    MILK.table: {
        "volume": "volume_liters",
        "flow_rate": "flow_rate_lpm",
        "conductivity": "conductivity",
        "temperature": "temperature_celsius",
        "fat_percent": "fat_percent",
        "protein_percent": "protein_percent",
        "scc": "somatic_cell_count",
    },
}
# SQL of what a value was before its calibration; empty without.
_RAW = {
    "temperature_celsius": "reading.raw_value::text::float8",
    "humidity_percent": "reading.raw_humidity::text::float8",
}
_RAW_IN_METADATA = "(reading.metadata -> 'raw' ->> %s)::float8"
# Of a quarter hour, by reading type: minimum, sum and maximum of what is believed, how
# many those are, and how many readings there were.
_TEMPERATURE_SUMS = {
    "temperature": (
        *("min_temp", "sum_temp", "max_temp", "reading_count"),
        "reading_count + fault_count",
    ),
    "humidity": (
        *("min_humidity", "sum_humidity", "max_humidity", "humidity_count"),
        "humidity_rows",
    ),
}
_VALUE_SUMS = (
    *("min_value", "sum_value", "max_value", "reading_count"),
    "reading_count + fault_count",
)
_OWN_TYPE = SQL("reading_type")  # of a rollup with a row for each
_ADDED_UP = ("min(%s)", "sum(%s)", "max(%s)", "sum(%s)::bigint", "sum(%s)::bigint")
_ALWAYS = datetime(1970, 1, 1, tzinfo=timezone.utc)
_NEVER = datetime(2200, 1, 1, tzinfo=timezone.utc)


class Device(NamedTuple):
    id: int
    device_id: str
    farm_id: int | None
    farm_rank: int | None  # of the farm, in the order of farms


class Keys(NamedTuple):
    """By what sums are asked for, besides the reading type."""

    device: bool
    time: str | None  # ``hour`` or ``day``, of which anything longer is made
    tz: str

    def bucket(self):
        """SQL of the time that a quarter is added to."""
        if not self.time:
            return SQL("NULL::timestamptz")
        if not self.device:  # few enough as they are
            return SQL("bucket")
        return SQL("date_trunc(%s, bucket, %s)", self.time, self.tz)


@dataclass(frozen=True)
class Source:
    """Which readings come into question; a condition may leave out more of them."""

    devices: list  # of Device, in the order of devices
    types: tuple = reading_id.TYPES
    start: datetime | None = None  # aware
    end: datetime | None = None  # aware, not part of it
    alarms: bool = False  # no others
    keys: tuple | None = None  # of reading_id.Key: no others

    def readings(self):
        """SQL: a row for each reading."""
        parts = [
            self._wide(table, [name for name in columns if name in self.types])
            for table, columns in COLUMNS.items()
            if not columns.keys().isdisjoint(self.types)
        ]
        return SQL(" UNION ALL ").join([*parts, self._narrow()])

    def count(self):
        """SQL: how many readings they are, without a look at each."""
        counts = []
        for table, columns in COLUMNS.items():
            if names := [name for name in columns if name in self.types]:
                each = [SQL("count(%s)", SQL.identifier(columns[n])) for n in names]
                rows = self._narrowed(table, names)
                counts.append(SQL("(SELECT %s FROM %s)", SQL(" + ").join(each), rows))
        rows = self._narrowed(SENSOR.table, self.types)
        counts.append(
            SQL(
                "(SELECT count(*) FROM %s WHERE reading_type = ANY(%s))",
                rows,
                list(self.types),
            )
        )
        return SQL("SELECT %s", SQL(" + ").join(counts))

    def quarters(self, store, keys):
        """SQL: a row for each quarter hour, device and type, from the rollups.

        Milk meters have no rollup of each type: they send only while cows are milked.

        :param keys: :class:`Keys`; over what is no key, it is added up
        """
        with told_when_away(), store._cursor() as cr:
            temperature = self._fresh(store, cr, TEMPERATURE)
            sensor = self._fresh(store, cr, SENSOR)
        sums = {n: _TEMPERATURE_SUMS[n] for n in _TEMPERATURE_SUMS if n in self.types}
        parts = [self._added_up(temperature, keys, sums)] if sums else []
        if milk := [name for name in COLUMNS[MILK.table] if name in self.types]:
            columns, rows = SQL(_QUARTER_COLUMNS), self._wide(MILK.table, milk)
            parts.append(SQL("SELECT %s FROM (%s) AS milk", columns, rows))
        is_type = SQL("reading_type = ANY(%s)", list(self.types))
        sums = {_OWN_TYPE: _VALUE_SUMS}
        parts.append(self._added_up(sensor, keys, sums, is_type))
        return SQL(" UNION ALL ").join(parts)

    def _fresh(self, store, cr, rollup):
        start, end = self.start or _ALWAYS, self.end or _NEVER
        codes = [device.device_id for device in self.devices]
        cut = {quarter_of(time) for time in (start, end) if quarter_of(time) != time}
        return store._fresh(cr, rollup, codes, start, end, cut)

    def _added_up(self, quarters, keys, sums, is_type=None):
        """:param sums: reading type, or SQL of it → the five numbers of a quarter"""
        five = len(_ADDED_UP)
        numbers = [
            how % sql
            for columns in sums.values()
            for how, sql in zip(_ADDED_UP, columns, strict=True)
        ]
        names = [f"n{index}" for index in range(len(numbers))]
        types = [
            SQL("(%s, %s)", kind, SQL(", ".join(names[five * index :][:five])))
            for index, kind in enumerate(sums)
        ]
        return SQL(
            _QUARTERS,
            device_id=SQL("device_id" if keys.device else "NULL"),
            bucket=keys.bucket(),
            name=_OWN_TYPE if _OWN_TYPE in sums else SQL("NULL"),
            numbers=SQL(", ".join(numbers)),
            names=SQL(", ".join(names)),
            quarters=quarters,
            is_type=is_type or SQL("TRUE"),
            types=SQL(", ").join(types),
            devices=self._joined(),
        )

    def _wide(self, table, names):
        columns = COLUMNS[table]
        types = [
            SQL(
                "(%s, %s, %s, reading.%s::float8, reading.%s::text::float8, %s)",
                name,
                reading_id.TYPES.index(name),
                unit_of(name),
                SQL.identifier(columns[name]),
                SQL.identifier(columns[name]),
                _raw(table, name),
            )
            for name in names
        ]
        return SQL(
            _READINGS,
            table=self._narrowed(table, names),
            types=SQL(
                "CROSS JOIN LATERAL (VALUES %s) AS type"
                " (name, number, unit, value, shown, raw)",
                SQL(", ").join(types),
            ),
            is_alarm=SQL(_IS_ALARM),
            **self._common(),
        )

    def _narrow(self):
        types = [
            SQL("(%s, %s)", name, reading_id.TYPES.index(name)) for name in self.types
        ]
        return SQL(
            _READINGS,
            table=self._narrowed(SENSOR.table, self.types),
            types=SQL(
                "JOIN (VALUES %s) AS known (name, number)"
                " ON known.name = reading.reading_type"
                " CROSS JOIN LATERAL (SELECT known.name, known.number, reading.unit,"
                " reading.value, reading.value AS shown, reading.raw_value AS raw)"
                " AS type",
                SQL(", ").join(types),
            ),
            is_alarm=SQL("reading.is_alarm"),
            **self._common(),
        )

    def _common(self):
        return {
            "believed": SQL(BELIEVED),
            "devices": self._joined(),
            "shift": reading_id.TICK_BITS,
            "device_shift": reading_id.TICK_BITS + reading_id.TYPE_BITS,
            "modulo": reading_id.DEVICES,
            "epoch": int(reading_id.EPOCH.timestamp()),
        }

    def _narrowed(self, table, names):
        """SQL of the table's rows that an index finds."""
        where = [SQL("device_id = ANY(%s)", [d.device_id for d in self.devices])]
        if self.start:
            where.append(SQL("time >= %s", self.start))
        if self.end:
            where.append(SQL("time < %s", self.end))
        if self.alarms:
            where.append(SQL("is_alarm"))
        rows = SQL(
            "(SELECT * FROM %s WHERE %s) AS reading",
            SQL.identifier(table),
            SQL(" AND ").join(where),
        )
        if self.keys is None:
            return rows
        return SQL("%s JOIN %s", rows, self._wanted(names))

    def _wanted(self, names):
        """SQL of a join with what the ids say."""
        starts = {}
        for key in self.keys:
            if key.reading_type in names:
                starts.setdefault(key.device, set()).add(key.start)
        wanted = [
            (device.device_id, start)
            for device in self.devices
            for start in starts.get(device.id % reading_id.DEVICES, ())
        ]
        return SQL(
            "unnest(%s::varchar[], %s::timestamptz[]) AS wanted (device_id, start)"
            " ON wanted.device_id = reading.device_id"
            " AND reading.time >= wanted.start"
            " AND reading.time < wanted.start + %s",
            [device_id for device_id, _start in wanted],
            [start for _device_id, start in wanted],
            reading_id.TICK,
        )

    def _joined(self):
        columns = [[row[n] for row in self.devices] for n in range(len(Device._fields))]
        return SQL(
            "unnest(%s::int[], %s::varchar[], %s::int[], %s::int[])"
            " WITH ORDINALITY AS device (id, code, farm_id, farm_rank, rank)",
            *columns,
        )


def _raw(table, name):
    if table == MILK.table:
        return SQL(_RAW_IN_METADATA, name)
    return SQL(_RAW[COLUMNS[table][name]])


# A row's alarm is of one reading type, or its metadata names them all. In a CASE the
# planner takes it for likely; else it would join devices one by one.
_IS_ALARM = """
CASE WHEN reading.is_alarm
     THEN coalesce(reading.metadata -> 'alarms', jsonb_build_array(reading.alarm_type))
          ?| ARRAY['low_' || type.name, 'high_' || type.name] ELSE FALSE END
"""
# What aggregates are made of, from readings and from quarters alike.
_QUARTER_COLUMNS = (
    "device_id, device_rank, farm_id, farm_rank, timestamp, reading_type,"
    " value_min, value_max, total, believed_count, reading_count"
)
_READINGS = """
SELECT (mod(device.id, %(modulo)s)::bigint << %(device_shift)s)
       | (type.number::bigint << %(shift)s)
       | floor((extract(epoch FROM reading.time) - %(epoch)s) * 4)::bigint AS id,
       device.id AS device_id, device.rank AS device_rank,
       device.farm_id, device.farm_rank,
       reading.time AT TIME ZONE 'UTC' AS timestamp,
       type.name AS reading_type, type.shown AS value, type.unit,
       type.raw AS raw_value, type.raw IS NOT NULL AS is_calibrated,
       reading.quality::int AS quality, %(is_alarm)s AS is_alarm,
       CASE WHEN %(believed)s THEN type.value END AS value_min,
       CASE WHEN %(believed)s THEN type.value END AS value_max,
       CASE WHEN %(believed)s THEN type.value END AS total,
       (%(believed)s)::int AS believed_count, 1 AS reading_count
  FROM %(table)s %(types)s
  JOIN %(devices)s ON device.code = reading.device_id
 WHERE type.value IS NOT NULL
"""
_QUARTERS = """
SELECT device.id AS device_id, device.rank AS device_rank,
       device.farm_id, device.farm_rank,
       quarter.bucket AT TIME ZONE 'UTC' AS timestamp,
       type.name AS reading_type, type.value_min, type.value_max, type.total,
       type.believed_count, type.reading_count
  FROM (SELECT %(device_id)s::varchar, %(bucket)s, %(name)s::varchar, %(numbers)s
          FROM (%(quarters)s) AS fresh WHERE %(is_type)s GROUP BY 1, 2, 3)
    AS quarter (device_id, bucket, reading_type, %(names)s)
 CROSS JOIN LATERAL (VALUES %(types)s)
    AS type (name, value_min, total, value_max, believed_count, reading_count)
  LEFT JOIN %(devices)s ON device.code = quarter.device_id
 WHERE type.reading_count > 0
"""
