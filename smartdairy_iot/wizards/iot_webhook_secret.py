from odoo import fields, models


class IotWebhookSecret(models.TransientModel):
    """Shows a secret in the answer to who asked for it, and keeps it nowhere."""

    _name = "iot.webhook.secret"
    _description = "Secret of a Webhook"

    webhook_id = fields.Many2one("iot.webhook", required=True, ondelete="cascade")
    secret = fields.Char(store=False, readonly=True)
