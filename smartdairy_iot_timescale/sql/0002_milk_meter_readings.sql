-- One row per message of a milk meter instead of one per value: the start and the end of
-- a session are rows, too. And what a value was before its unit was converted, or why it
-- is not believed, is kept beside temperatures as it is beside other readings.
-- The same columns stand in smartdairy_iot/data/store_schema.sql.

ALTER TABLE temperature_readings ADD COLUMN metadata jsonb;

CREATE TABLE milk_meter_readings (
    time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
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
);
SELECT create_hypertable('milk_meter_readings', 'time',
    chunk_time_interval => INTERVAL '1 day', create_default_indexes => FALSE);
CREATE INDEX idx_milk_readings_animal
    ON milk_meter_readings (animal_id, time DESC) WHERE animal_id IS NOT NULL;
CREATE INDEX idx_milk_readings_session
    ON milk_meter_readings (session_id) WHERE session_id IS NOT NULL;
CREATE INDEX idx_milk_readings_alarm ON milk_meter_readings (received_at) WHERE is_alarm;

-- What milk meters sent until now, one row per value.
INSERT INTO milk_meter_readings (time, received_at, device_id, message_type, animal_id,
       session_id, volume_liters, flow_rate_lpm, conductivity, temperature_celsius,
       fat_percent, protein_percent, somatic_cell_count, is_alarm, alarm_type, metadata)
SELECT time, min(received_at), device_id, 'reading',
       substring(min(metadata ->> 'animal_id') FROM '^[0-9]{1,9}$')::integer,
       left(min(metadata ->> 'session_id'), 50),
       max(value) FILTER (WHERE reading_type = 'volume'),
       max(value) FILTER (WHERE reading_type = 'flow_rate'),
       max(value) FILTER (WHERE reading_type = 'conductivity'),
       max(value) FILTER (WHERE reading_type = 'temperature'),
       max(value) FILTER (WHERE reading_type = 'fat_percent'),
       max(value) FILTER (WHERE reading_type = 'protein_percent'),
       round(max(value) FILTER (WHERE reading_type = 'scc')),
       bool_or(is_alarm), min(alarm_type),
       nullif(jsonb_strip_nulls(jsonb_build_object(
            'alarms', CASE WHEN count(alarm_type) > 1
                           THEN jsonb_agg(alarm_type) FILTER (WHERE is_alarm) END,
            'animal', CASE WHEN min(metadata ->> 'animal_id') !~ '^[0-9]{1,9}$'
                           THEN left(min(metadata ->> 'animal_id'), 50) END)), '{}')
  FROM sensor_readings
 WHERE device_type = 'milk_meter'
 GROUP BY device_id, time
    ON CONFLICT DO NOTHING;
DELETE FROM sensor_readings WHERE device_type = 'milk_meter';
