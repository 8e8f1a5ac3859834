from datetime import timedelta, timezone

import requests

from odoo import _, api, fields, models

from ..notify import side_by_side, webhook
from .farm_farm import to_iso


class IotWebhook(models.Model):
    _inherit = "iot.webhook"

    @api.model
    def _of_address(self, address):
        """The endpoint of a row of the log, empty when it was deleted or archived."""
        number = (address or "").removeprefix(f"{self._name},")
        return (
            self.browse(int(number) if number.isdecimal() else ())
            .exists()
            .filtered("active")
        )

    def _to_request(self, key, message_id, kind, data):
        """:raise UserError: it cannot be signed"""
        now = fields.Datetime.now()
        body = webhook.to_body(kind, to_iso(now), data)
        timestamp = int(now.replace(tzinfo=timezone.utc).timestamp())
        headers = webhook.sign(self._keys(), message_id, timestamp, body)
        return side_by_side.Request(key, self.url, headers, body)

    def _rest(self):
        """Seconds for which it is left alone, 0 when it may be tried."""
        until = self.resting_until
        if not until:
            return 0
        left = until - fields.Datetime.now()
        return max(0, int(left.total_seconds()))

    def _note(self, report):
        """What its requests have taught; written when it is news only."""
        self.ensure_one()
        errors = [outcome.error for outcome in report.outcomes.values()]
        vals = {"last_error": next(filter(None, errors), False)}
        if report.silences:
            rest = side_by_side.rest_after(report.silences)
            vals["resting_until"] = fields.Datetime.now() + timedelta(seconds=rest)
            vals["silences"] = report.silences
        elif self.silences:
            vals |= {"silences": 0, "resting_until": False}
        if report.gone:
            vals |= {"active": False, "gone_at": fields.Datetime.now()}
        vals = {name: value for name, value in vals.items() if self[name] != value}
        if vals:
            self.write(vals)

    def action_test(self):
        """Send one message now and say what came of it."""
        self.ensure_one()
        self.check_access("write")
        sample = {"event": "test", "alert": None, "sent_by": self.env.user.name}
        stamp = f"{fields.Datetime.now():%Y%m%d%H%M%S}"
        message_id = f"msg_test_{self.key_reference[:8]}_{stamp}"
        request = self._to_request(None, message_id, "alert.test", sample)
        with requests.Session() as session:
            result = webhook.send(session, request.url, request.headers, request.body)
        outcome = result.outcome
        if outcome.is_sent:
            self.write({"silences": 0, "resting_until": False, "last_error": False})
            text = _("The endpoint took the message (%s).", outcome.reference)
        else:
            text = outcome.error
        return _notice(outcome.is_sent, self.name, text)


def _notice(is_success, title, text):
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": "success" if is_success else "danger",
            "title": title,
            "message": text,
            "sticky": not is_success,
            "next": {"type": "ir.actions.client", "tag": "soft_reload"},
        },
    }
