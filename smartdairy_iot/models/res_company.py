from functools import partial
from urllib.parse import urlsplit

from odoo import _, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.sms.tools.sms_api import SmsApi

from ..notify.sms_api import SmsApiHttpGateway, to_gateway
from ..notify.sms_gateway import Gateway, GatewayError
from ..notify.transport import TIMEOUT

_SYSTEM = "base.group_system"


class ResCompany(models.Model):
    _inherit = "res.company"

    # Not sms_provider, which is sms_twilio's: both may be installed.
    iot_sms_provider = fields.Selection(
        [("odoo", "Odoo's provider"), ("http", "HTTP gateway")],
        string="SMS Through",
        default="odoo",
        required=True,
        groups=_SYSTEM,
    )
    iot_sms_url = fields.Char(string="Gateway URL", groups=_SYSTEM)
    iot_sms_method = fields.Selection(
        [("POST", "POST"), ("GET", "GET"), ("PUT", "PUT")],
        string="Method",
        default="POST",
        required=True,
        groups=_SYSTEM,
    )
    iot_sms_body_format = fields.Selection(
        [("json", "JSON"), ("form", "Form"), ("query", "In the URL")],
        string="Body",
        default="json",
        required=True,
        groups=_SYSTEM,
    )
    iot_sms_body = fields.Text(
        string="Fields", default=Gateway._field_defaults["body"], groups=_SYSTEM
    )
    iot_sms_headers = fields.Text(string="Headers", groups=_SYSTEM)
    iot_sms_sender = fields.Char(string="Sender", groups=_SYSTEM)
    iot_sms_success = fields.Char(string="Accepted When", groups=_SYSTEM)
    iot_sms_reference = fields.Char(string="Its Message ID", groups=_SYSTEM)

    def _check_iot_sms_gateway(self):
        """Not a constraint: Odoo's settings write one field after the other.

        :raise ValidationError: no message could be sent
        """
        for company in self.filtered(lambda one: one.iot_sms_provider == "http"):
            url = urlsplit(company.iot_sms_url or "")
            if url.scheme not in ("http", "https") or not url.hostname:
                raise ValidationError(
                    _(
                        "SMS gateway: enter its URL, such as https://sms.example.com/send."
                    )
                )
            if url.username or url.password:
                raise ValidationError(
                    _(
                        "SMS gateway: a password must not stand in the URL. Write "
                        "sms_user and sms_password into odoo.conf."
                    )
                )
            try:
                to_gateway(company).check()
            except GatewayError as error:
                raise ValidationError(
                    _("SMS gateway: %(error)s.", error=error)
                ) from None

    def _get_sms_gateway(self):
        """:return: :class:`~..notify.sms_gateway.Gateway`"""
        # sudo - res.company: who sends an SMS may not see how.
        return to_gateway(self.sudo())

    def _get_sms_provider(self):
        """The provider of this company, that answers within ten seconds or never."""
        provider = self._get_sms_api_class()(self.with_company(self).env)
        provider._set_company(self)
        if isinstance(provider, SmsApi):
            provider._contact_iap = partial(provider._contact_iap, timeout=TIMEOUT)
        return provider

    def _get_sms_api_class(self):
        self.ensure_one()
        # sudo - res.company: who sends an SMS may not see how.
        if self.sudo().iot_sms_provider == "http":
            return SmsApiHttpGateway
        return super()._get_sms_api_class()
