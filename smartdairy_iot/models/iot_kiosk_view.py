from odoo import api, fields, models


class IotKioskView(models.Model):
    """One of the pictures that a screen shows in turn."""

    _name = "iot.kiosk.view"
    _description = "View of a Kiosk Screen"
    _order = "sequence, id"
    _rec_name = "view"

    kiosk_id = fields.Many2one(
        "iot.kiosk", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="kiosk_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    view = fields.Selection(
        [
            ("live", "Live Devices"),
            ("alerts", "Alerts"),
            ("cold_chain", "Tanks"),
            ("milking", "Milking"),
        ],
        required=True,
    )
    seconds = fields.Integer(default=30, required=True)

    _seconds_sensible = models.Constraint(
        "CHECK(seconds BETWEEN 5 AND 3600)",
        "A view is shown for 5 seconds at least, and for an hour at most.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        views = super().create(vals_list)
        views.kiosk_id._tell()
        return views

    def unlink(self):
        kiosks = self.kiosk_id
        done = super().unlink()
        kiosks._tell()
        return done

    def write(self, vals):
        done = super().write(vals)
        self.check_access("write")  # it may belong to another screen now
        self.kiosk_id._tell()
        return done
