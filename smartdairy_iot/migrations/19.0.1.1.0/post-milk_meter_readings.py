"""Milk meters have a table of their own: one row per message, not one per value."""

from odoo import SUPERUSER_ID, api

_MOVE = """
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
"""


def migrate(cr, version):
    store = api.Environment(cr, SUPERUSER_ID, {})["iot.store"]
    # Raw SQL: the store's tables are no models.
    cr.execute(
        "SELECT DISTINCT date_trunc('month', time, 'UTC') FROM sensor_readings"
        " WHERE device_type = 'milk_meter'"
    )
    months = [(month.year, month.month) for (month,) in cr.fetchall()]
    store._make_partitions(cr, "milk_meter_readings", months)
    cr.execute(_MOVE)
    store._mark_span(cr, "milk_meter_readings")  # init() has found the table empty
