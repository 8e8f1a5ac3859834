"""A milk meter is silent between two milkings; until now it was offline after 300 s.

Only where nobody chose that: a device that differs from its profile keeps its own.
"""

from odoo.addons.smartdairy_iot.health.silence import offline_after

_PROFILES = """
UPDATE iot_device_profile SET offline_after = %(after)s
 WHERE device_type = 'milk_meter' AND offline_after = 300
"""
_DEVICES = """
UPDATE iot_device AS device SET offline_after = %(after)s
 WHERE device_type = 'milk_meter' AND offline_after = 300
   AND NOT coalesce(own_fields, '[]') ? 'offline_after'
"""


def migrate(cr, version):
    # Raw SQL: of tens of thousands of devices; their intervals stay.
    for statement in (_PROFILES, _DEVICES):
        cr.execute(statement, {"after": offline_after("milk_meter")})
