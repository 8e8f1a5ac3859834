"""What the database says of the benchmark's readings."""

import time
from datetime import datetime, timezone
from io import BytesIO

import psycopg2

from .fleet import KEY_SQL, device_id, of_key

LOOK = 0.02
TABLES = {  # and the columns that, beside device and time, tell rows apart
    "temperature_readings": "''",
    "sensor_readings": "reading_type",
    "milk_meter_readings": "message_type",
}
LEFTOVERS = (
    "temperature_quarter_hourly",
    "sensor_quarter_hourly",
    "milk_quarter_hourly",
    "device_status",
)
ARRIVED = """
SELECT count(*)
  FROM unnest(%s::text[], %s::timestamptz[]) AS expected (device_id, time)
 WHERE {found}
"""
FOUND = """EXISTS (SELECT FROM {table} AS reading
                    WHERE reading.device_id = expected.device_id
                      AND reading.time = expected.time)"""
KEYS = """
COPY (SELECT {key}, {column} FROM {table}
       WHERE device_id LIKE 'BENCH-%' AND time >= '{since}') TO STDOUT
"""


def at(milliseconds):
    """Milliseconds since the epoch as PostgreSQL wants it."""
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)


class Rows:
    """A connection of its own, each look in a transaction of its own."""

    def __init__(self, dsn):
        self.dsn = dsn
        self.reconnect()

    def reconnect(self):
        """Connect; again after the server was away."""
        self._connection = psycopg2.connect(self.dsn)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        self._tables = [table for table in TABLES if self._has(table)]

    def _has(self, table):
        """Whether it is a table here; a view or a foreign table is not."""
        self._cursor.execute(
            "SELECT relkind IN ('r', 'p') FROM pg_class WHERE oid = to_regclass(%s)",
            [table],
        )
        return (self._cursor.fetchone() or [False])[0]

    def stored_since(self, seconds):
        """``(keys of the readings, rows too many)`` with a time from then on.

        A message that became several rows of one table, one per value, is one key.
        """
        keys, extra = set(), 0
        for table in self._tables:
            names = {"key": KEY_SQL, "column": TABLES[table], "table": table}
            output = BytesIO()
            query = KEYS.format(**names, since=at(seconds * 1000).isoformat())
            self._cursor.copy_expert(query, output)
            lines = output.getvalue().splitlines()
            distinct = set(lines)
            extra += len(lines) - len(distinct)
            keys.update(int(line.partition(b"\t")[0]) for line in distinct)
        return keys, extra

    def wait_for(self, readings, seconds):
        """Wait until these readings are stored.

        :param readings: their keys
        :return: the time at which all were seen, or None when they never were
        """
        pairs = [of_key(reading) for reading in readings]
        names = [device_id(number) for number, _ in pairs]
        times = [at(moment) for _, moment in pairs]
        found = (FOUND.format(table=table) for table in self._tables)
        query = ARRIVED.format(found=" OR ".join(found))
        deadline = time.time() + seconds
        while time.time() < deadline:
            self._cursor.execute(query, [names, times])
            if self._cursor.fetchone()[0] >= len(pairs):
                return time.time()
            time.sleep(LOOK)
        return None

    def remove(self):
        """Nothing of the benchmark stays in the store."""
        for table in (*self._tables, *filter(self._has, LEFTOVERS)):
            self._cursor.execute(f"DELETE FROM {table} WHERE device_id LIKE 'BENCH-%'")
