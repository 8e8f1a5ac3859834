from odoo import fields, models

STATE_SELECTION = [
    ("sent", "Sent"),
    ("later", "Tried Again Later"),
    ("failed", "Failed"),
    ("gone", "Device Gone"),
]


class IotPushDelivery(models.Model):
    """What became of one notification on one device."""

    _name = "iot.push.delivery"
    _description = "Push to a Device"
    _order = "id desc"
    _log_access = False

    notification_id = fields.Many2one(
        "iot.notification", required=True, readonly=True, index=True, ondelete="cascade"
    )
    session_id = fields.Many2one(
        "iot.app.session", "Device", required=True, readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one(related="session_id.user_id")
    platform = fields.Selection(related="session_id.platform")
    state = fields.Selection(STATE_SELECTION, required=True, readonly=True)
    attempts = fields.Integer(readonly=True)
    tried_at = fields.Datetime("Last Attempt", readonly=True)
    error = fields.Char(readonly=True)
    reference = fields.Char(readonly=True, help="What FCM calls the message.")

    _one = models.UniqueIndex("(notification_id, session_id)")
