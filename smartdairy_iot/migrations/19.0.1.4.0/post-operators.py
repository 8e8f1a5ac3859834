"""Who acknowledged alerts so far goes on to: users of old are operators."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    viewers = env.ref("smartdairy_iot.group_iot_user").user_ids
    env.ref("smartdairy_iot.group_iot_operator").user_ids |= viewers
