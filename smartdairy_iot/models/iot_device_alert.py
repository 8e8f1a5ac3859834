from odoo import _, api, models
from odoo.exceptions import UserError


class IotDevice(models.Model):
    """A device that had alerts stays on record with them."""

    _inherit = "iot.device"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_alerts(self):
        # sudo - iot.alert: those that one may not see count too.
        alert = self.env["iot.alert"].sudo()
        alert = alert.search([("device_id", "in", self.ids)], limit=1)
        if alert:
            raise UserError(
                _(
                    "%(name)s has alerts, which are kept as a record. Retire the "
                    "device instead of deleting it.",
                    name=alert.device_id.name,
                )
            )
