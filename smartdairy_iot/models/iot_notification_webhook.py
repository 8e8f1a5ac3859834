"""Signed webhooks: what is told to whom is ``iot.webhook``."""

from odoo import _, api, models
from odoo.exceptions import UserError

from ..notify import side_by_side, webhook
from ..notify.outcome import Outcome


class IotNotification(models.Model):
    _inherit = "iot.notification"

    @api.model
    def _addresses(self, alerts, event):
        return super()._addresses(alerts, event) + [
            {"alert_id": a.id, "channel": "webhook", "address": endpoint._address()}
            for a, endpoint in self.env["iot.webhook"]._wanting(alerts, event)
        ]

    def _send_webhook(self):
        """Endpoints side by side: one that is dead delays no other."""
        outcomes, receivers = {}, []
        for address, rows in self.sorted("id").grouped("address").items():
            # sudo - iot.webhook: the channel is the system's.
            endpoint = self.env["iot.webhook"].sudo()._of_address(address)
            problem = self._webhook_problem(endpoint)
            if problem:
                outcomes |= dict.fromkeys(rows, problem)
                continue
            requests = [row._to_webhook(endpoint) for row in rows]
            receivers.append(
                side_by_side.Receiver(endpoint, requests, endpoint.silences)
            )
        for report in side_by_side.send_all(receivers, webhook.send):
            report.receiver._note(report)
            outcomes |= report.outcomes
        return outcomes

    @api.model
    def _webhook_problem(self, endpoint):
        """Why there is nothing to try, None when there is."""
        if not endpoint:
            return Outcome(
                False, _("The webhook is no more, or archived."), is_final=True
            )
        try:
            endpoint._keys()
        except UserError as error:
            return Outcome(False, str(error), is_channel_down=True)
        rest = endpoint._rest()
        return side_by_side.not_tried(rest, endpoint.last_error or "") if rest else None

    def _to_webhook(self, endpoint):
        """The id is the same for each attempt: a receiver takes a message once."""
        message_id = f"msg_{endpoint.key_reference[:12]}_{self.id}"
        data = {"event": self.event, "alert": self.alert_id._to_message()}
        return endpoint._to_request(self, message_id, f"alert.{self.event}", data)
