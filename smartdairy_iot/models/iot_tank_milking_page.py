from odoo import models

from .iot_device_series import to_millis


class IotTankCooling(models.Model):
    """A milking into a tank, as the cold chain board shows it."""

    _inherit = "iot.tank.cooling"

    def _to_board(self):
        labels = dict(self._fields["verdict"]._description_selection(self.env))
        return {
            "id": self.id,
            "batch_id": self.batch_id.id,
            "number": self.number,
            "start": to_millis(self.start),
            "end": to_millis(self.end),
            "blend": self.blend,
            "limits": self.limits_text or "",
            "outside_minutes": round(self.outside_minutes),
            "verdict": self.verdict or "",
            "verdict_label": labels.get(self.verdict, ""),
        }
