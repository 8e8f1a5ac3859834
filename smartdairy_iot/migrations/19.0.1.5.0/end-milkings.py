"""Milkings of readings that were dropped before there was ``iot.milking.session``.

Until now the store had a table of its own, made of raw volumes. All whose readings are
still there are made of these, by the scheduled action; the others become milkings here,
with what that table knew. It is at the end of the upgrade: only now the store is known.
"""

import json

from odoo import SUPERUSER_ID, api

_OLD = """
SELECT coalesce(json_agg(old), '[]')
  FROM milkings AS old
 WHERE bucket < (SELECT dropped_before FROM retention_horizon
                  WHERE table_name = 'milk_meter_readings')
"""
_TAKE = """
INSERT INTO iot_milking_session (device_id, session_ref, farm_id, company_id, stall_id,
       animal_id, animal_number, start, "end", day, milking, state, closed_by,
       has_start, has_end, liters, measured_liters, duration, message_count, is_late)
SELECT device.id, old.session_id, device.farm_id, farm.company_id, device.stall_id,
       animal.id, old.animal_id, at.utc, at.utc, at.local::date,
       CASE WHEN extract(hour FROM at.local) BETWEEN 3 AND 11 THEN 'morning'
            WHEN extract(hour FROM at.local) BETWEEN 14 AND 21 THEN 'evening'
            ELSE 'other' END,
       'closed', 'silence', FALSE, FALSE, old.liters, old.liters, 0, 0, FALSE
  FROM json_to_recordset(%s) AS old (bucket timestamptz, device_id varchar,
           animal_id integer, session_id varchar, liters float8)
  JOIN iot_device AS device ON device.device_id = old.device_id
  LEFT JOIN farm_farm AS farm ON farm.id = device.farm_id
  LEFT JOIN farm_animal AS animal ON animal.farm_id = farm.id
                                 AND animal.number = old.animal_id,
       LATERAL (SELECT old.bucket AT TIME ZONE 'UTC' AS utc,
                       old.bucket AT TIME ZONE coalesce(farm.tz, 'UTC') AS local) AS at
 WHERE NOT EXISTS (SELECT FROM iot_milking_session AS known
                    WHERE known.device_id = device.id
                      AND coalesce(known.session_ref, '') = coalesce(old.session_id, '')
                      AND known.start < at.utc + interval '15 minutes'
                      AND known."end" >= at.utc)
"""


def migrate(cr, version):
    store = api.Environment(cr, SUPERUSER_ID, {})["iot.store"]
    # Raw SQL: tables of the store are no models, and nobody may write milkings.
    with store._cursor() as of_store:
        if not store._has_relation(of_store, "milkings"):
            return
        of_store.execute(_OLD)
        ((old,),) = of_store.fetchall()
    cr.execute(_TAKE, [json.dumps(old)])
    if of_store is cr:
        cr.execute("DROP TABLE milkings")
    else:  # another database: not before the milkings here are there for good
        cr.postcommit.add(lambda: _drop(store))


def _drop(store):
    with store._cursor() as of_store:
        of_store.execute("DROP TABLE milkings")
