from odoo import _, api, models
from odoo.exceptions import ValidationError

from .iot_certificate import LIVE


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.constrains("login")
    def _check_login_is_no_device(self):
        """A person's MQTT user is the login: a device of that name would be told what
        concerns the person. (A device is refused credentials the other way round.)"""
        # sudo - iot.device.token, iot.certificate: whether there is one, of all
        # companies; whoever keeps users need not see devices.
        names = self.mapped("login")
        certificates = self.env["iot.certificate"].sudo()
        live = [("common_name", "in", names), ("state", "in", LIVE)]
        taken = certificates.search(live, limit=1).common_name
        tokens = self.env["iot.device.token"].sudo()
        valid = [("username", "in", names), ("state", "=", "valid")]
        if taken := taken or tokens.search(valid, limit=1).username:
            raise ValidationError(
                _(
                    "%(login)s cannot be a login: a device with credentials for the "
                    "broker has that name, and what is told to the user over MQTT "
                    "would reach the device.",
                    login=taken,
                )
            )
