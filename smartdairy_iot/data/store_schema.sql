-- The store without TimescaleDB: the specification's tables and columns (Day 252),
-- natively range-partitioned. Repaired: no surrogate id, received_at beside time, and
-- a unique key per device and instant that makes redelivery and backfill idempotent.
-- The same columns stand in smartdairy_iot_timescale/sql/.

CREATE TABLE IF NOT EXISTS sensor_readings (
    time timestamptz NOT NULL,
    received_at timestamptz, -- empty: within ten seconds of time, and no alarm
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
    received_at timestamptz, -- empty: within ten seconds of time, and no alarm
    device_id varchar(50) NOT NULL,
    location_id integer,
    temperature_celsius real NOT NULL,
    humidity_percent real,
    quality smallint NOT NULL DEFAULT 100,
    is_alarm boolean NOT NULL DEFAULT FALSE,
    alarm_type varchar(30),
    metadata jsonb,
    UNIQUE (device_id, time)
) PARTITION BY RANGE (time);
ALTER TABLE temperature_readings ADD COLUMN IF NOT EXISTS metadata jsonb;

CREATE INDEX IF NOT EXISTS idx_temp_readings_alarm
    ON temperature_readings (received_at) WHERE is_alarm;

-- One row per message. The start and the end of a session are rows, too: joined late or
-- shuffled, they tell the same. volume_liters is what the message said, see the profile.
CREATE TABLE IF NOT EXISTS milk_meter_readings (
    time timestamptz NOT NULL,
    received_at timestamptz, -- empty: within ten seconds of time, and no alarm
    device_id varchar(50) NOT NULL,
    message_type varchar(20) NOT NULL,
    animal_id integer,
    session_id varchar(50),
    volume_liters double precision,
    flow_rate_lpm real,
    conductivity real,
    temperature_celsius real,
    fat_percent real,
    protein_percent real,
    somatic_cell_count integer,
    is_complete boolean NOT NULL DEFAULT FALSE,
    quality smallint NOT NULL DEFAULT 100,
    is_alarm boolean NOT NULL DEFAULT FALSE,
    alarm_type varchar(30),
    metadata jsonb,
    UNIQUE (device_id, time, message_type)
) PARTITION BY RANGE (time);

CREATE INDEX IF NOT EXISTS idx_milk_readings_animal
    ON milk_meter_readings (animal_id, time DESC) WHERE animal_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_milk_readings_session
    ON milk_meter_readings (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS idx_milk_readings_alarm
    ON milk_meter_readings (received_at) WHERE is_alarm;

-- Packet ids of messages without a timestamp of their own, kept by the transaction that
-- stored their readings: the broker may send them again. A few minutes of them.
CREATE TABLE IF NOT EXISTS redelivery_marks (
    session varchar(200) NOT NULL,
    committed_at timestamptz NOT NULL DEFAULT now(),
    marks bytea NOT NULL
);
CREATE INDEX IF NOT EXISTS idx_redelivery_marks_session
    ON redelivery_marks (session, committed_at);

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

-- The specification's alert_history; the alert's id in Odoo and the time of its change.
CREATE TABLE IF NOT EXISTS alert_history (
    time timestamptz NOT NULL,
    alert_id varchar(50) NOT NULL,
    device_id varchar(50) NOT NULL,
    alert_type varchar(50) NOT NULL,
    severity varchar(20) NOT NULL,
    message text,
    trigger_value double precision,
    threshold_value double precision,
    state varchar(20) NOT NULL,
    acknowledged_at timestamptz,
    acknowledged_by varchar(100),
    resolved_at timestamptz,
    UNIQUE (alert_id, time)
) PARTITION BY RANGE (time);

-- Quarter hours whose rollup is not up to date. Written by the transaction that stores
-- their readings, so none is ever missed; never updated, so nobody waits.
CREATE TABLE IF NOT EXISTS rollup_dirty (
    id bigserial PRIMARY KEY,
    table_name varchar(50) NOT NULL,
    bucket timestamptz NOT NULL,
    device_ids varchar(50)[]
);
CREATE INDEX IF NOT EXISTS idx_rollup_dirty_bucket ON rollup_dirty (table_name, bucket);

-- Before that time readings were dropped: their rollups must not be made again of what
-- is left. Also the lock between dropping and rolling up, see iot_store_rollup.py.
CREATE TABLE IF NOT EXISTS retention_horizon (
    table_name varchar(50) PRIMARY KEY,
    dropped_before timestamptz NOT NULL
);

-- Readings arrive in the order of their time: a few bytes for 16 pages are enough to find
-- a quarter of an hour, of all devices, without reading the whole partition.
CREATE INDEX IF NOT EXISTS idx_sensor_readings_time
    ON sensor_readings USING brin (time)
    WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX IF NOT EXISTS idx_temp_readings_time
    ON temperature_readings USING brin (time)
    WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX IF NOT EXISTS idx_milk_readings_time
    ON milk_meter_readings USING brin (time)
    WITH (pages_per_range = 16, autosummarize = on);

-- What a value was before its calibration; empty where there was none to correct. Milk
-- meters, with up to seven values in a row, have it in metadata.
ALTER TABLE temperature_readings ADD COLUMN IF NOT EXISTS raw_value real;
ALTER TABLE temperature_readings ADD COLUMN IF NOT EXISTS raw_humidity real;
ALTER TABLE sensor_readings ADD COLUMN IF NOT EXISTS raw_value double precision;

-- Who was lost, and how often: few rows of many.
CREATE INDEX IF NOT EXISTS idx_device_status_offline
    ON device_status (time) WHERE NOT is_online;

-- Until 19.0.1.1.0 every row had it.
ALTER TABLE temperature_readings ALTER COLUMN received_at DROP NOT NULL;
ALTER TABLE milk_meter_readings ALTER COLUMN received_at DROP NOT NULL;
ALTER TABLE sensor_readings ALTER COLUMN received_at DROP NOT NULL;
