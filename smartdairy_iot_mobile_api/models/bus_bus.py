from odoo import api, models
from odoo.http import SessionExpiredException

from .iot_app_token_live import PROOF


class BusBus(models.Model):
    _inherit = "bus.bus"

    @api.model
    def _poll(self, channels, last=0, ignore_ids=None):
        """An app whose token has ended hears nothing more: its connection is closed."""
        for channel in channels:
            name = channel[-1] if isinstance(channel, (list, tuple)) else channel
            if isinstance(name, str) and name.startswith(PROOF):
                # sudo - iot.app.token: whether it still counts.
                if not self.env["iot.app.token"].sudo()._still_counts(name):
                    raise SessionExpiredException("The token is not valid any more.")
        return super()._poll(channels, last, ignore_ids)
