from odoo import api, models
from odoo.fields import Domain


class IotAlert(models.Model):
    _inherit = "iot.alert"

    @api.model
    def _list(self, device_reference, severity, acknowledged, limit, offset):
        """The alerts one may see, open ones first; None means any.

        Not acknowledged are those that still wait for somebody; acknowledged those
        that somebody has seen, also when they have ended since.
        """
        domain = Domain.TRUE
        if device_reference is not None:
            device = self.env["iot.device"]._by_reference(device_reference)
            domain &= Domain("device_id", "in", device.ids)
        if severity is not None:
            domain &= Domain("severity", "=", severity)
        if acknowledged is True:
            domain &= Domain("acknowledged_at", "!=", False)
        if acknowledged is False:
            domain &= Domain("state", "=", "new")
        return self.search(domain, limit=limit, offset=offset)
