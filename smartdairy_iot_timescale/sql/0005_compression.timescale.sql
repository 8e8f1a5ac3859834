-- Community edition only. The specification's columnstore policies; repaired: ordered by
-- all of the unique key, which late readings are checked against, and segmented by what
-- queries ask for. An animal changes with each milking: as a segment it would leave a
-- handful of rows in each. Days become weeks: the more rows a segment has, the less each
-- of them takes.

ALTER TABLE temperature_readings SET (timescaledb.compress,
    timescaledb.compress_chunk_time_interval = '7 days',
    timescaledb.compress_segmentby = 'device_id',
    timescaledb.compress_orderby = 'time');
SELECT add_compression_policy('temperature_readings', INTERVAL '7 days');

ALTER TABLE sensor_readings SET (timescaledb.compress,
    timescaledb.compress_chunk_time_interval = '7 days',
    timescaledb.compress_segmentby = 'device_id, reading_type',
    timescaledb.compress_orderby = 'time');
SELECT add_compression_policy('sensor_readings', INTERVAL '7 days');

ALTER TABLE milk_meter_readings SET (timescaledb.compress,
    timescaledb.compress_chunk_time_interval = '7 days',
    timescaledb.compress_segmentby = 'device_id',
    timescaledb.compress_orderby = 'time, message_type');
SELECT add_compression_policy('milk_meter_readings', INTERVAL '14 days');

ALTER TABLE device_status SET (timescaledb.compress,
    timescaledb.compress_segmentby = 'device_id',
    timescaledb.compress_orderby = 'time');
SELECT add_compression_policy('device_status', INTERVAL '7 days');
