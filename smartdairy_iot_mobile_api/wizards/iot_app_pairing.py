from odoo import _, api, fields, models

from odoo.addons.smartdairy_iot.onboarding.code import hash_code, make_code
from odoo.addons.smartdairy_iot.onboarding.label import qr_png


class IotAppPairing(models.TransientModel):
    """Shows a code in the answer to who asked for it, and keeps it nowhere."""

    _name = "iot.app.pairing"
    _description = "Pair a Phone with the Dairy IoT App"

    qr = fields.Binary(store=False, readonly=True)
    code = fields.Char(store=False, readonly=True)
    address = fields.Char("Server", store=False, readonly=True)
    minutes = fields.Integer(store=False, readonly=True)

    @api.model
    def _show(self):
        code = make_code()
        # sudo - iot.app.code: nobody creates one but for themselves.
        codes = self.env["iot.app.code"].sudo()
        seconds = codes._put(self.env.user, "pairing", hash_code(code))
        base = self.env.user.get_base_url()
        # What follows # is sent to no server, so it is in no log.
        picture = qr_png(f"{base}/iot/app#pair={code}")
        return {
            "type": "ir.actions.act_window",
            "name": _("Pair a Phone"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            # In the answer only: the fields have no column.
            "context": {
                "default_qr": picture.partition(",")[2],
                "default_code": code,
                "default_address": base,
                "default_minutes": seconds // 60,
                "dialog_size": "medium",
            },
        }
