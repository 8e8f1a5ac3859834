"""Odoo's SMS, sent through an HTTP gateway of one's own."""

import requests

from odoo import _

from odoo.addons.sms.tools.sms_api import SmsApiBase

from ..settings import get_settings
from .outcome import Outcome
from .sms_gateway import Gateway, Secret


class SmsApiHttpGateway(SmsApiBase):
    """One request for each number, as most gateways want it."""

    def _send_sms_batch(self, messages, delivery_reports_url=False):
        """See ``SmsApi``; each result also has ``outcome``, for who can wait."""
        gateway = self.company._get_sms_gateway()
        secret = get_sms_secret()
        results = []
        down = None
        with requests.Session() as session:
            for message in messages:
                for number in message["numbers"]:
                    outcome = down or gateway.send(
                        session,
                        number["number"],
                        message["content"],
                        number["uuid"],
                        secret,
                    )
                    if outcome.is_channel_down:
                        down = outcome
                    results.append(_to_result(number["uuid"], outcome))
        return results

    def _get_sms_api_error_messages(self):
        return super()._get_sms_api_error_messages() | {
            "rejected": _("The SMS gateway refuses the number or the text."),
            "server_error": _("The SMS gateway cannot be used now."),
        }


def get_sms_secret():
    settings = get_settings()
    return Secret(settings.sms_token, settings.sms_user, settings.sms_password)


def _to_result(uuid, outcome: Outcome):
    state = "sent" if outcome.is_sent else "server_error"
    if outcome.is_final:
        state = "rejected"
    return {
        "uuid": uuid,
        "state": state,
        "failure_reason": outcome.error or False,
        "outcome": outcome,
    }


def to_gateway(company):
    """:param company: as sudo, for its settings are for administrators"""
    return Gateway(
        url=company.iot_sms_url or "",
        method=company.iot_sms_method,
        body_format=company.iot_sms_body_format,
        body=company.iot_sms_body or "",
        headers=company.iot_sms_headers or "",
        sender=company.iot_sms_sender or "",
        success=company.iot_sms_success or "",
        reference=company.iot_sms_reference or "",
    )
