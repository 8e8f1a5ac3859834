-- The specification's tables (Day 252) as hypertables. Repaired: no surrogate id (an
-- index more, and it compresses to nothing), received_at beside time, and a unique key
-- per device and instant: it is the main index, and what makes redelivery idempotent.
-- The same columns stand in smartdairy_iot/data/store_schema.sql.

CREATE TABLE sensor_readings (
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
);
SELECT create_hypertable('sensor_readings', 'time',
    chunk_time_interval => INTERVAL '1 day', create_default_indexes => FALSE);
CREATE INDEX idx_sensor_readings_alarm ON sensor_readings (received_at) WHERE is_alarm;

CREATE TABLE temperature_readings (
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
);
SELECT create_hypertable('temperature_readings', 'time',
    chunk_time_interval => INTERVAL '1 day', create_default_indexes => FALSE);
CREATE INDEX idx_temp_readings_alarm ON temperature_readings (received_at) WHERE is_alarm;

CREATE TABLE device_status (
    time timestamptz NOT NULL,
    device_id varchar(50) NOT NULL,
    is_online boolean NOT NULL,
    signal_strength smallint,
    battery_level smallint,
    firmware_version varchar(30),
    ip_address inet,
    metadata jsonb,
    UNIQUE (device_id, time)
);
SELECT create_hypertable('device_status', 'time',
    chunk_time_interval => INTERVAL '7 days', create_default_indexes => FALSE);
