from odoo import models

from ..onboarding.label import SHEETS, qr_png

CLAIMABLE = ("draft", "registered")


class IotDevice(models.Model):
    """What is printed on the label of a device."""

    _inherit = "iot.device"

    def _is_claimable(self):
        self.ensure_one()
        return self.state in CLAIMABLE and not self.farm_id

    def _to_label_pages(self, size, codes=None):
        """:param size: of :data:`~..onboarding.label.SHEETS`
        :param codes: ``{id of device: code}``, for devices that are to be claimed
        :return: ``(sheet, [[label of a page]])``
        """
        sheet = SHEETS[size]
        base = self[:1].get_base_url()
        labels = [
            device._to_label(base, (codes or {}).get(device.id)) for device in self
        ]
        return sheet, sheet.pages(labels)

    def _to_label(self, base, code):
        self.ensure_one()
        types = dict(self._fields["device_type"]._description_selection(self.env))
        # The part after # is not sent to a server, so it is in no log.
        path = f"claim/{self.device_id}#{code}" if code else f"d/{self.device_id}"
        return {
            "name": self.name,
            "device_id": self.device_id,
            "type": types[self.device_type],
            "farm": self.farm_id.name or "",
            "serial": self.serial_number or "",
            "code": code or "",
            "qr": qr_png(f"{base}/iot/{path}"),
        }
