-- The specification's rollup of temperatures (Day 252), over the quarters. Repaired:
-- averages are of all readings and not of averages; a probe's error values are left out.
-- Its milk_production_daily is of milkings: iot_milking_production.py.

CREATE OR REPLACE VIEW temperature_hourly AS
SELECT date_bin('1 hour', bucket, '2000-01-01 00:00+00') AS bucket, device_id,
       location_id,
       sum(sum_temp) / nullif(sum(reading_count), 0) AS avg_temp,
       min(min_temp) AS min_temp,
       max(max_temp) AS max_temp,
       sqrt(greatest(0, (sum(sumsq_temp) - sum(sum_temp) ^ 2
            / nullif(sum(reading_count), 0)) / nullif(sum(reading_count) - 1, 0))::float8)
            AS stddev_temp,
       sum(reading_count)::bigint AS reading_count,
       sum(alarm_count)::bigint AS alarm_count
  FROM temperature_quarter_hourly
 GROUP BY 1, device_id, location_id;
