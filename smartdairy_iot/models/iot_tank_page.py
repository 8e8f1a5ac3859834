from odoo import models

from .iot_device_series import to_millis


class IotTankBatch(models.Model):
    """A batch, as the cold chain board shows it."""

    _inherit = "iot.tank.batch"

    def _to_board(self):
        return {
            "id": self.id,
            "start": to_millis(self.start),
            "end": to_millis(self.end),
            "milkings": self.milkings,
            "outside_minutes": round(self.outside_minutes),
            "gap_minutes": round(self.gap_minutes),
            "highest": self.highest,
            "is_out_of_range": self.is_out_of_range,
        }
