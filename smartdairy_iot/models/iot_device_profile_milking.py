from datetime import datetime, timedelta, timezone

from odoo import fields, models

from ..milking.message import Meter
from .iot_device_milking import AGAIN


class IotDeviceProfile(models.Model):
    """How a kind of milk meter counts litres, and when a milking is over."""

    _inherit = "iot.device.profile"

    milk_volume = fields.Selection(
        [
            ("delta", "Litres since its last message"),
            ("milking", "Litres of this milking so far"),
            ("counter", "A counter that runs on"),
        ],
        string="Volume Is",
        default="delta",
        required=True,
        help="What the volume of a reading means. Where it is the litres since the "
        "last message, the end of a milking declares the whole.",
    )
    milk_silence = fields.Float(
        string="Milking Ends After (min)",
        default=10.0,
        help="A milking whose end is not told is over after so many minutes without "
        "milk.",
    )

    _milk_silence_positive = models.Constraint(
        "CHECK(milk_silence >= 1)",
        "A milking ends after at least one minute of silence.",
    )

    def write(self, vals):
        done = super().write(vals)
        if not {"milk_volume", "milk_silence"}.isdisjoint(vals):
            since = datetime.now(timezone.utc) - AGAIN
            self.device_ids._build_milkings_again(since)
        return done

    def _to_meter(self):
        """A :class:`Meter`; of a device without a profile as well."""
        if not self:
            return Meter()
        self.ensure_one()
        return Meter(self.milk_volume, timedelta(minutes=self.milk_silence))
