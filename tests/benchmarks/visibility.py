"""When readings become visible to others."""

import threading
import time
from datetime import datetime, timezone

import psycopg2

from .fleet import device_id, of_key

POLL = 0.005
NEW = """
SELECT reading.device_id, reading.time
  FROM unnest(%s::text[], %s::timestamptz[]) AS seen (device_id, time)
 CROSS JOIN LATERAL (
        SELECT device_id, time FROM temperature_readings
         WHERE device_id = seen.device_id AND time > seen.time AND time >= %s
       ) AS reading
"""


class VisibilityPoller(threading.Thread):
    """Notes when the rows of some sampled devices become visible.

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

    def __enter__(self):
        self.start()
        return self

    def run(self):
        """Look until stopped, and once more."""
        connection = psycopg2.connect(self._dsn)
        connection.autocommit = True
        with connection.cursor() as cursor:
            while not self._stopping.wait(POLL):
                self._look(cursor)
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

    def __exit__(self, *_error):
        self._stopping.set()
        self.join()

    def latencies_ms(self, readings):
        """Publish → visible of every sampled reading; infinite when never seen."""
        never = float("inf")
        pairs = ((device_id(n), moment) for n, moment in map(of_key, readings))
        return sorted(
            self.seen_at.get((name, moment), never) * 1000 - moment
            for name, moment in pairs
            if name in self._last
        )
