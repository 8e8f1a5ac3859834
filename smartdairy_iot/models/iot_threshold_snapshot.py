from odoo import models

from ..alerts.snapshot import to_snapshot


class IotThreshold(models.Model):
    """What an alert remembers of its rule."""

    _inherit = "iot.threshold"

    def _to_snapshot(self):
        """:return: see :func:`~..alerts.snapshot.to_snapshot`"""
        self.ensure_one()
        return to_snapshot(self.name, self._to_rule(), self.unit or "")
