"""What a device has of its profile, and what is its own.

Until now a device had copies. A copy that is equal, or empty, follows the profile from
now on; what differs is the device's own, so no device changes its ways by the upgrade.
"""

from odoo.tools import SQL
from odoo.tools.sql import column_exists

_COLUMNS = """
ALTER TABLE iot_device ADD COLUMN IF NOT EXISTS own_fields jsonb,
                       ADD COLUMN IF NOT EXISTS interval_seconds integer
"""
_FILL = """
UPDATE iot_device AS device
   SET manufacturer = coalesce(nullif(device.manufacturer, ''), theirs.manufacturer),
       model = coalesce(nullif(device.model, ''), theirs.model),
       interval_seconds = coalesce(theirs.interval_seconds,
                                   greatest(1, device.offline_after / 5)),
       own_fields = nullif(to_jsonb(array_remove(ARRAY[
           CASE WHEN nullif(device.manufacturer, '')
                     != coalesce(theirs.manufacturer, '') THEN 'manufacturer' END,
           CASE WHEN nullif(device.model, '') != coalesce(theirs.model, '')
                THEN 'model' END,
           CASE WHEN device.location_type != 'default' THEN 'location_type' END,
           CASE WHEN device.offline_after != coalesce(theirs.offline_after, 300)
                THEN 'offline_after' END], NULL)), '[]')
  FROM iot_device AS same
  LEFT JOIN %s
 WHERE same.id = device.id AND device.interval_seconds IS NULL
"""
_PROFILE = "iot_device_profile AS theirs ON theirs.id = same.profile_id"
_NO_PROFILE = """
(SELECT NULL AS manufacturer, NULL AS model, NULL::int AS interval_seconds,
        NULL::int AS offline_after) AS theirs ON FALSE
"""


def migrate(cr, version):
    # Raw SQL: before the columns have their meaning, of tens of thousands of devices.
    cr.execute(_COLUMNS)
    has_profiles = column_exists(cr, "iot_device", "profile_id")  # since 19.0.1.2.0
    cr.execute(SQL(_FILL, SQL(_PROFILE if has_profiles else _NO_PROFILE)))
