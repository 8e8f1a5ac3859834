"""SMS, by whichever provider the company has: Odoo's, Twilio, an HTTP gateway.

Not as ``sms.sms``, which is a queue of its own: the providers' classes are asked here.
"""

import uuid

import requests

from odoo import _, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.iap.tools.iap_tools import InsufficientCreditError

from ..notify.gsm7 import to_sms
from ..notify.outcome import Outcome

# States of a result, besides those that mean sent: of the account, not of the message …
_ACCOUNT = {"insufficient_credit", "unregistered", "registration_needed", "sms_acc"}
_ACCOUNT |= {"twilio_authentication", "twilio_from_missing", "twilio_acc_unverified"}
_PASSING = {"server_error", "unknown"}  # … and those that may pass
_SENT = {"processing", "success", "sent", "delivered", "duplicate_message"}


class IotNotification(models.Model):
    _inherit = "iot.notification"

    def _send_sms(self):
        outcomes = {}
        for company, rows in self.grouped("company_id").items():
            rows = rows._for_company(company)
            api = rows.env.company._get_sms_provider()
            for row in rows:
                outcomes[row] = row._for_recipient()._send_one_sms(api)
                if outcomes[row].is_channel_down:
                    break
        return outcomes

    def _send_one_sms(self, api):
        number, problem = self._sms_number()
        if problem:
            return Outcome(False, problem, is_final=True)
        text = to_sms(f"{self._label()}: {self._short_text()}")
        return self._ask_sms_provider(api, number, text, self._sms_uuid())

    def _sms_number(self):
        """:return: ``(E.164, None)``, or ``(None, what is wrong and what to do)``"""
        partner = self.user_id.partner_id
        if not partner.phone:
            return None, _(
                "%(name)s has no phone number: enter a mobile number in Settings → "
                "Users, or in Contacts.",
                name=partner.name,
            )
        number = partner._phone_format(fname="phone")
        if not number:
            return None, _(
                "The phone number %(number)s of %(name)s cannot be dialled: enter it "
                "with its country code, such as +8801712345678, in Settings → Users.",
                number=partner.phone,
                name=partner.name,
            )
        return number, None

    def _sms_uuid(self):
        """The same for each attempt: a provider that knows it sends it once."""
        # sudo - ir.config_parameter: notifications of two databases have the same ids.
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        name = f"smartdairy_iot/{database}/{self.id}"
        return uuid.uuid5(uuid.NAMESPACE_URL, name).hex

    def _ask_sms_provider(self, api, number, text, reference):
        messages = [
            {"content": text, "numbers": [{"number": number, "uuid": reference}]}
        ]
        try:
            (result,) = api._send_sms_batch(messages)
        except InsufficientCreditError:
            result = {"state": "insufficient_credit"}
        except (AccessError, UserError, requests.RequestException, ValueError) as error:
            # The first sentence: the others tell an URL with the account in it.
            why = str(error).partition(". ")[0]
            return Outcome(False, _("SMS: %(why)s", why=why), is_channel_down=True)
        return result.get("outcome") or self._judge_sms(api, result)

    def _judge_sms(self, api, result):
        state = result["state"]
        if state in _SENT:
            return Outcome(True, reference=result.get("sms_twilio_sid") or "")
        error = result.get("failure_reason") or _(
            "SMS: the provider says: %(state)s", state=state
        )
        return Outcome(
            False,
            error,
            is_final=state not in _ACCOUNT | _PASSING,
            is_channel_down=state in _ACCOUNT,
        )
