-- The specification's alert_history; the alert's id in Odoo and the time of its change.
CREATE TABLE alert_history (
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
);
SELECT create_hypertable('alert_history', 'time',
    chunk_time_interval => INTERVAL '7 days', create_default_indexes => FALSE);

-- Quarter hours whose rollup is not up to date, see smartdairy_iot/data/store_schema.sql.
-- Of the Apache edition only: continuous aggregates keep their own account.
CREATE TABLE rollup_dirty (
    id bigserial PRIMARY KEY,
    table_name varchar(50) NOT NULL,
    bucket timestamptz NOT NULL,
    device_ids varchar(50)[]
);
CREATE INDEX idx_rollup_dirty_bucket ON rollup_dirty (table_name, bucket);

-- Before that time readings were dropped: their rollups must not be made again of what
-- is left.
CREATE TABLE retention_horizon (
    table_name varchar(50) PRIMARY KEY,
    dropped_before timestamptz NOT NULL
);

-- Readings arrive in the order of their time: a few bytes for 16 pages are enough to find
-- a quarter of an hour, of all devices, without reading the whole chunk.
CREATE INDEX idx_sensor_readings_time ON sensor_readings USING brin (time)
    WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX idx_temp_readings_time ON temperature_readings USING brin (time)
    WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX idx_milk_readings_time ON milk_meter_readings USING brin (time)
    WITH (pages_per_range = 16, autosummarize = on);

-- Empty where time says it: received within ten seconds of it, and no alarm.
ALTER TABLE temperature_readings ALTER COLUMN received_at DROP NOT NULL;
ALTER TABLE milk_meter_readings ALTER COLUMN received_at DROP NOT NULL;
ALTER TABLE sensor_readings ALTER COLUMN received_at DROP NOT NULL;
