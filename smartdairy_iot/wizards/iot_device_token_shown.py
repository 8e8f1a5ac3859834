from odoo import _, fields, models


class IotDeviceTokenShown(models.TransientModel):
    """Shows a token in the answer to who issued it, and keeps it nowhere."""

    _name = "iot.device.token.shown"
    _description = "Token of a Device, Shown Once"

    host = fields.Char(store=False, readonly=True)
    username = fields.Char(store=False, readonly=True)
    token = fields.Char(store=False, readonly=True)

    def _show(self, tokens):
        """:param tokens: ``{device: token}``, of one device"""
        ((device, token),) = tokens.items()
        recipient = device._to_recipient(is_certified=False)
        return {
            "type": "ir.actions.act_window",
            "name": _("Token of “%(name)s”", name=device.name),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            # In the answer only: the fields have no column.
            "context": {
                "default_token": token,
                "default_username": device.device_id,
                "default_host": f"{recipient.host}:{recipient.port}",
            },
        }
