"""When a maintenance window ends, and for what nobody has woken."""

from odoo import _, api, fields, models
from odoo.exceptions import AccessError

from .iot_notification_plan import BEGINNING, to_recipient


class IotNotification(models.Model):
    _inherit = "iot.notification"

    @api.model
    def _release_suppressed(self):
        """Tell what still holds now that its window is over, once."""
        rows = self.search(
            [("state", "=", "suppressed"), ("next_try_at", "!=", False)],
            order="id desc",
        )
        covered = self.env["iot.maintenance.window"]._covering(
            rows.alert_id, fields.Datetime.now()
        )
        rows = rows.filtered(lambda row: row.alert_id not in covered)
        told = self.browse(
            of_one[:1].id for of_one in rows.grouped(to_recipient).values()
        )
        told = told.filtered(lambda row: row._still_holds())
        (rows - told).write({"next_try_at": False})
        told._requeue()

    def _still_holds(self):
        if self.event == "cleared":
            return not self.alert_id.is_active
        if self.event in BEGINNING:
            return self.alert_id.is_active and self.alert_id.state == "new"
        return False

    def _requeue(self):
        """Into the queue, unless the same waits there already."""
        waiting = self._waiting_keys(self.alert_id)
        again = self.filtered(lambda row: row._key() in waiting)
        again.write({"next_try_at": False})
        (self - again).write({"state": "queued", "next_try_at": False})
        self._wake_channels(set((self - again).mapped("channel")))

    @api.model
    def _waiting_keys(self, alerts):
        waiting = self.search(
            [("alert_id", "in", alerts.ids), ("state", "in", ("queued", "held"))]
        )
        return {row._key() for row in waiting}

    def _key(self):
        return *to_recipient(self), self.address, self.event

    @api.model
    def _wake_due(self):
        """The safety net: a job that was not woken, or whose trigger was lost."""
        now = fields.Datetime.now()
        channels = self._read_group(
            [
                ("state", "in", ("queued", "held")),
                "|",
                ("next_try_at", "=", False),
                ("next_try_at", "<=", now),
            ],
            ["channel"],
        )
        self._wake_channels({channel for (channel,) in channels})

    def action_send_again(self):
        """What failed, once more; for administrators."""
        self.check_access("read")
        if not self.env.user.has_group("smartdairy_iot.group_iot_manager"):
            raise AccessError(_("Only a manager of Dairy IoT may send again."))
        failed = self.filtered(lambda row: row.state == "failed")
        # sudo - iot.notification: nobody writes the log but its own methods.
        failed.sudo().write({"attempts": 0, "error": False})
        failed.sudo()._requeue()
        return True
