-- The store without TimescaleDB: the specification's tables and columns (Day 252),
-- natively range-partitioned. Repaired: no surrogate id, received_at beside time, and
-- a unique key per device and instant that makes redelivery and backfill idempotent.
-- The same columns stand in smartdairy_iot_timescale/sql/0001_tables.sql.

CREATE TABLE IF NOT EXISTS sensor_readings (
    time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    device_id varchar(50) NOT NULL,
    device_type varchar(30) NOT NULL,
    reading_type varchar(50) NOT NULL,
    value double precision NOT NULL,
    unit varchar(20) NOT NULL,
    quality smallint NOT NULL DEFAULT 100,
    is_alarm boolean NOT NULL DEFAULT FALSE,
    alarm_type varchar(30),
    metadata jsonb,
    UNIQUE (device_id, reading_type, time)
) PARTITION BY RANGE (time);

CREATE INDEX IF NOT EXISTS idx_sensor_readings_alarm
    ON sensor_readings (received_at) WHERE is_alarm;

CREATE TABLE IF NOT EXISTS temperature_readings (
    time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    device_id varchar(50) NOT NULL,
    location_id integer,
    temperature_celsius real NOT NULL,
    humidity_percent real,
    quality smallint NOT NULL DEFAULT 100,
    is_alarm boolean NOT NULL DEFAULT FALSE,
    alarm_type varchar(30),
    UNIQUE (device_id, time)
) PARTITION BY RANGE (time);

CREATE INDEX IF NOT EXISTS idx_temp_readings_alarm
    ON temperature_readings (received_at) WHERE is_alarm;

CREATE TABLE IF NOT EXISTS device_status (
    time timestamptz NOT NULL,
    device_id varchar(50) NOT NULL,
    is_online boolean NOT NULL,
    signal_strength smallint,
    battery_level smallint,
    firmware_version varchar(30),
    ip_address inet,
    metadata jsonb,
    UNIQUE (device_id, time)
) PARTITION BY RANGE (time);
