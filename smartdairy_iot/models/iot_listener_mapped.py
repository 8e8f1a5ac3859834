from odoo import api, models


class IotListenerMapped(models.AbstractModel):
    """What the listener's map of the devices is made of: a change makes it anew."""

    _name = "iot.listener.mapped"
    _description = "Part of What the Listener Knows"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["iot.device"]._forget_listener_map()
        return super().create(vals_list)

    def write(self, vals):
        self.env["iot.device"]._forget_listener_map()
        return super().write(vals)

    def unlink(self):
        self.env["iot.device"]._forget_listener_map()
        return super().unlink()
