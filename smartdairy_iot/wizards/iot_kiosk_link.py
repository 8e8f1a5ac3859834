from odoo import _, fields, models

from ..onboarding.label import qr_png


class IotKioskLink(models.TransientModel):
    """Shows a link in the answer to who made it, and keeps it nowhere."""

    _name = "iot.kiosk.link"
    _description = "Link of a Kiosk Screen"

    kiosk_id = fields.Many2one("iot.kiosk", required=True, ondelete="cascade")
    link = fields.Char(store=False, readonly=True)
    qr = fields.Html(store=False, readonly=True, sanitize=False)

    def _open(self, kiosk, token):
        # The part after # is not sent to a server, so it is in no log.
        link = f"{kiosk.get_base_url()}/iot/kiosk#{token}"
        title = _("Link of “%(name)s”", name=kiosk.name)
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": self._name,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_kiosk_id": kiosk.id,
                "default_link": link,
                "default_qr": f'<img src="{qr_png(link)}" alt="{_("QR code of it")}"/>',
            },
        }
