"""The specification's `temperature_readings` (Day 252) in a schema of its own.

With its surrogate id and its indexes, and a hypertable where TimescaleDB is at hand.
"""

import psycopg2

SCHEMA = "bench_per_message"
MINIMUM, MAXIMUM = 0, 8  # the specification's limits of the location type "default"
TABLE = f"""
DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;
CREATE SCHEMA {SCHEMA};
CREATE TABLE {SCHEMA}.temperature_readings (
    id BIGSERIAL,
    time TIMESTAMPTZ NOT NULL,
    device_id VARCHAR(50) NOT NULL,
    location_id INTEGER,
    temperature_celsius DOUBLE PRECISION NOT NULL,
    humidity_percent DOUBLE PRECISION,
    is_alarm BOOLEAN DEFAULT FALSE,
    alarm_type VARCHAR(30),
    PRIMARY KEY (id, time)
);
CREATE INDEX ON {SCHEMA}.temperature_readings (device_id, time DESC);
CREATE INDEX ON {SCHEMA}.temperature_readings (is_alarm, time DESC)
    WHERE is_alarm = TRUE;
"""
HYPERTABLE = f"""
SELECT create_hypertable('{SCHEMA}.temperature_readings', 'time',
                         chunk_time_interval => INTERVAL '1 day')
"""


class Table:
    """The table, made and dropped on a connection of its own."""

    def __init__(self, dsn):
        self.connection = psycopg2.connect(dsn)
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(TABLE)
            cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")
            if cursor.fetchone():
                cursor.execute(HYPERTABLE)

    def rows(self):
        """How many rows it has."""
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {SCHEMA}.temperature_readings")
            return cursor.fetchone()[0]

    def drop(self):
        """Leave nothing behind."""
        with self.connection, self.connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
        self.connection.close()


def alarm_of(temperature):
    """The specification's alarm type, None when the value is inside the limits."""
    if temperature < MINIMUM:
        return "low_temperature"
    return "high_temperature" if temperature > MAXIMUM else None
