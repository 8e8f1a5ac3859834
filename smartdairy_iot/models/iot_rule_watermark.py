from datetime import timedelta

from odoo import api, fields, models


class IotRuleWatermark(models.Model):
    """Up to which moment of receipt the rules were evaluated: one row."""

    _name = "iot.rule.watermark"
    _description = "How Far the Rules Were Evaluated"
    _log_access = False

    received_at = fields.Datetime(required=True)

    @api.model
    def _lock(self):
        """The row, locked: one evaluation at a time, whichever server runs it."""
        watermark = self.search([], limit=1)
        if not watermark:
            start = fields.Datetime.now() - timedelta(hours=1)
            watermark = self.create({"received_at": start})
        watermark.lock_for_update()
        return watermark
