"""Whether a push reaches whoever looks at the settings."""

from odoo import _, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    iot_push_state = fields.Text(compute="_compute_iot_push_state")

    def _compute_iot_push_state(self):
        self.iot_push_state = "\n".join(self._describe_push())

    def _describe_push(self):
        """One line for each way; an add-on that brings another one extends this."""
        # sudo - mail.push.device: how many of one's own, which nobody reads otherwise.
        count = (
            self.env["mail.push.device"]
            .sudo()
            .search_count([("partner_id", "=", self.env.user.partner_id.id)])
        )
        if not count:
            return [
                _(
                    "Browsers: none of yours has allowed notifications. Turn them on "
                    "in Discuss; Odoo must be reached by https://."
                )
            ]
        return [_("Browsers: %(count)s of yours have allowed them.", count=count)]

    def action_iot_test_push(self):
        """To one's own phones and browsers. It stands in the notification log."""
        self.ensure_one()
        draft = self._iot_test_row("push")
        row = draft.create(draft._convert_to_write(draft._cache) | {"state": "failed"})
        outcome = row._send_push()[row]
        row.write(
            {
                "state": "sent" if outcome.is_sent else "failed",
                "sent_at": outcome.is_sent and fields.Datetime.now(),
                "error": outcome.error or False,
                "reference": outcome.reference or False,
            }
        )
        return self._iot_tell(
            outcome, _("It was taken: look at your phone or browser.")
        )
