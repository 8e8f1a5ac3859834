"""Bytes per reading: of the add-on's tables, and of the specification's own."""

from typing import NamedTuple

from ..consumers.table import HYPERTABLE, SCHEMA, TABLE
from .readings import DAYS

_FILL = f"""
INSERT INTO {SCHEMA}.temperature_readings
       (time, device_id, location_id, temperature_celsius, humidity_percent,
        is_alarm, alarm_type)
SELECT time, device_id, location_id, temperature_celsius, humidity_percent,
       is_alarm, alarm_type
  FROM temperature_readings
 WHERE time < (SELECT min(time) FROM temperature_readings) + interval %s
 ORDER BY time
"""
_SIZE = """
SELECT coalesce(sum(table_bytes + coalesce(toast_bytes, 0)), 0)::float8,
       coalesce(sum(index_bytes), 0)::float8
  FROM hypertable_detailed_size(%s::regclass)
"""
_TENTH = f"{DAYS // 10} days"


class Size(NamedTuple):
    """Bytes per row."""

    table: float
    indexes: float

    @property
    def total(self):
        return self.table + self.indexes


def size_of(cr, table, rows):
    """:param rows: of the readings; a rollup is measured by those that it is made of"""
    cr.execute(_SIZE, [table])
    return Size(*(size / rows for size in cr.fetchone()))


def specified_size(cr):
    """The specification's schema with the readings of the first tenth of the days."""
    cr.execute(TABLE)
    cr.execute(HYPERTABLE)
    cr.execute(_FILL, [_TENTH])
    size = size_of(cr, f"{SCHEMA}.temperature_readings", cr.rowcount)
    cr.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    return size
