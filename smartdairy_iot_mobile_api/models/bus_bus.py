from odoo import api, models
from odoo.http import SessionExpiredException

from ..schemas.live import TYPE
from .iot_app_token_live import PROOF


class BusBus(models.Model):
    _inherit = "bus.bus"

    @api.model
    def _poll(self, channels, last=0, ignore_ids=None):
        """An app whose token has ended, or that may no longer see a farm that it hears
        of, hears nothing more: its connection is closed.
        """
        names = [c[-1] if isinstance(c, (list, tuple)) else c for c in channels]
        proofs = [n for n in names if isinstance(n, str) and n.startswith(PROOF)]
        if proofs:
            # (database, model, id, TYPE), as the connection keeps a record's channel.
            farm_ids = {
                channel[-2]
                for channel, name in zip(channels, names, strict=True)
                if name == TYPE
            }
            # sudo - iot.app.token: whether it still counts.
            tokens = self.env["iot.app.token"].sudo()
            if not all(tokens._still_counts(proof, farm_ids) for proof in proofs):
                raise SessionExpiredException("The token is not valid any more.")
        return super()._poll(channels, last, ignore_ids)
