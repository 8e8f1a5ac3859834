from datetime import datetime, timedelta, timezone

from odoo import fields, models

AGAIN = timedelta(days=7)  # milkings that a change makes anew


class IotDevice(models.Model):
    """A milk meter and what it has milked."""

    _inherit = "iot.device"

    milking_ids = fields.One2many("iot.milking.session", "device_id", "Milkings")

    def write(self, vals):
        done = super().write(vals)
        if not {"profile_id", "farm_id", "stall_id"}.isdisjoint(vals):
            self._build_milkings_again(datetime.now(timezone.utc) - AGAIN, None)
        return done

    def _build_milkings_again(self, start=None, end=None):
        """Of what the store still has; the scheduled action does it.

        :param start, end: aware datetimes; None for no bound
        """
        meters = self.filtered(lambda device: device.device_type == "milk_meter")
        if meters:
            store = self.env["iot.store"]
            with store._cursor() as cr:
                store._mark_milkings(cr, start, end, meters.mapped("device_id"))
            self.env["iot.milking.session"]._wake()

    def action_view_milkings(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_milking_session_action"
        )
        action["domain"] = [("device_id", "=", self.id)]
        action["context"] = {}
        return action
