from datetime import timedelta

from odoo import api, fields, models


class IotRuleWatermark(models.Model):
    """Up to which moment the rules were evaluated: a row for each evaluation."""

    _name = "iot.rule.watermark"
    _description = "How Far the Rules Were Evaluated"
    _log_access = False

    name = fields.Char(required=True, default="readings")
    received_at = fields.Datetime(required=True)

    @api.model
    def _lock(self, name):
        """The row, locked: one evaluation at a time, whichever server runs it."""
        watermark = self._named(name)
        watermark.lock_for_update()
        return watermark

    @api.model
    def _named(self, name):
        watermark = self.search_fetch([("name", "=", name)], ["received_at"], limit=1)
        if not watermark:
            start = fields.Datetime.now() - timedelta(hours=1)
            watermark = self.create({"name": name, "received_at": start})
        return watermark
