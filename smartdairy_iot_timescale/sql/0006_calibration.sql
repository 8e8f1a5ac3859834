-- What a value was before its calibration; empty where there was none to correct: that
-- takes no space. Milk meters, with up to seven values in a row, have it in metadata.
-- The same columns stand in smartdairy_iot/data/store_schema.sql.
ALTER TABLE temperature_readings ADD COLUMN raw_value real;
ALTER TABLE temperature_readings ADD COLUMN raw_humidity real;
ALTER TABLE sensor_readings ADD COLUMN raw_value double precision;

-- Who was lost, and how often: few rows of many.
CREATE INDEX idx_device_status_offline ON device_status (time) WHERE NOT is_online;
