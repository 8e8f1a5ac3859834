from odoo import models


class BusBus(models.Model):
    _inherit = "bus.bus"

    def _poll(self, channels, last=0, ignore_ids=None):
        """A websocket keeps its channels until it closes: a revoked link must not."""
        if any(len(c) == 3 and c[1] == "iot.kiosk" for c in channels):
            channels = self.env["iot.kiosk"]._allowed_channels(channels)
        return super()._poll(channels, last, ignore_ids)
