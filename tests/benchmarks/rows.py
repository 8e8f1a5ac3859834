"""What the database says of the benchmark's readings."""

import threading
import time
from collections import Counter
from datetime import datetime, timezone

import psycopg2

from .loadgen import device_id

POLL = 0.005
TABLES = ("temperature_readings", "temperature_hourly", "device_status")
ARRIVED = """
SELECT count(*)
  FROM unnest(%s::text[], %s::timestamptz[]) AS expected (device_id, time)
  JOIN temperature_readings USING (device_id, time)
"""
NEW = """
SELECT reading.device_id, reading.time
  FROM unnest(%s::text[], %s::timestamptz[]) AS seen (device_id, time)
 CROSS JOIN LATERAL (
        SELECT device_id, time FROM temperature_readings
         WHERE device_id = seen.device_id AND time > seen.time AND time >= %s
       ) AS reading
"""


def at(milliseconds):
    """Milliseconds since the epoch as PostgreSQL wants it."""
    return datetime.fromtimestamp(milliseconds / 1000, timezone.utc)


class Rows:
    """A connection of its own, each look in a transaction of its own."""

    def __init__(self, dsn):
        self.dsn = dsn
        self._connection = psycopg2.connect(dsn)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()

    def stored(self):
        """How many rows each (device, millisecond) has."""
        self._cursor.execute(
            "SELECT device_id, round(extract(epoch FROM time) * 1000)::bigint"
            "  FROM temperature_readings WHERE device_id LIKE 'BENCH-%%'"
        )
        return Counter(self._cursor.fetchall())

    def count_since(self, seconds):
        """Rows of the benchmark with a time from then on."""
        self._cursor.execute(
            "SELECT count(*) FROM temperature_readings"
            " WHERE device_id LIKE 'BENCH-%%' AND time >= %s",
            [at(seconds * 1000)],
        )
        return self._cursor.fetchone()[0]

    def wait_for(self, last, seconds):
        """Wait until each device's last message is a row.

        :param last: {device number: milliseconds}
        :return: the time at which all were seen, or None when they never were
        """
        names = [device_id(number) for number in last]
        times = [at(moment) for moment in last.values()]
        deadline = time.time() + seconds
        while time.time() < deadline:
            self._cursor.execute(ARRIVED, [names, times])
            if self._cursor.fetchone()[0] >= len(last):
                return time.time()
            time.sleep(0.02)
        return None

    def remove(self):
        """Nothing of the benchmark stays in the store."""
        for table in TABLES:
            self._cursor.execute(
                "SELECT relkind IN ('r', 'p') FROM pg_class"
                " WHERE oid = to_regclass(%s)",
                [table],
            )
            if (self._cursor.fetchone() or [False])[0]:
                self._cursor.execute(
                    f"DELETE FROM {table} WHERE device_id LIKE 'BENCH-%%'"
                )


class VisibilityPoller(threading.Thread):
    """Notes when the rows of some sampled devices become visible to others.

    A row's own `received_at` is taken before the commit and cannot tell. So another
    connection looks every 5 ms for rows it has not seen and takes the time *after* its
    look: the figure is too high by at most one look, never too low. The payload's
    timestamp is the moment of publishing, by the same machine's clock.
    """

    def __init__(self, dsn, numbers):
        super().__init__(daemon=True)
        self.seen_at = {}  # (device id, milliseconds) → seconds since the epoch
        self._dsn = dsn
        self._start = datetime.now(timezone.utc)
        self._last = {device_id(number): self._start for number in numbers}
        self._stopping = threading.Event()

    def run(self):
        """Look until stopped."""
        connection = psycopg2.connect(self._dsn)
        connection.autocommit = True
        with connection.cursor() as cursor:
            while not self._stopping.wait(POLL):
                self._look(cursor)
        connection.close()

    def _look(self, cursor):
        names = list(self._last)
        cursor.execute(NEW, [names, list(self._last.values()), self._start])
        rows = cursor.fetchall()
        now = time.time()
        for name, moment in rows:
            self.seen_at[name, round(moment.timestamp() * 1000)] = now
            self._last[name] = max(self._last[name], moment)

    def stop(self):
        """End the thread."""
        self._stopping.set()
        self.join()

    def latencies_ms(self, acked):
        """Publish → visible of every acknowledged sample; infinite when never seen."""
        never = float("inf")
        return sorted(
            self.seen_at.get((device_id(number), moment), never) * 1000 - moment
            for number, moment in acked
            if device_id(number) in self._last
        )
