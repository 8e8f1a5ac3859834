"""What happened to an alert becomes rows of the queue, in the same transaction."""

from odoo import fields, models


class IotAlert(models.Model):
    _inherit = "iot.alert"

    notification_ids = fields.One2many("iot.notification", "alert_id")
    notification_count = fields.Integer(
        string="Notifications", compute="_compute_notification_count"
    )

    def _compute_notification_count(self):
        counts = dict(
            self.env["iot.notification"]._read_group(
                [("alert_id", "in", self.ids)], ["alert_id"], ["__count"]
            )
        )
        for alert in self:
            alert.notification_count = counts.get(alert, 0)

    def _announce(self, event):
        super()._announce(event)
        # Found long after it was over: nobody needs to get up for it.
        news = self.filtered(lambda alert: not alert.is_historic)
        if news:
            # sudo - iot.notification: written by what happens, never by people.
            self.env["iot.notification"].sudo()._plan(news.sudo(), event)
            # sudo - iot.alert.followup: likewise.
            self.env["iot.alert.followup"].sudo()._follow(news.sudo(), event)
