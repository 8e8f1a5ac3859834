"""Settings of the channels, and one message to oneself to see whether they work."""

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..notify.gsm7 import to_sms
from ..notify.sms_api import get_sms_secret
from .iot_webhook_delivery import _notice

_GROUP = "smartdairy_iot.group_iot_manager"


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    iot_sms_provider = fields.Selection(
        related="company_id.iot_sms_provider", readonly=False
    )
    iot_sms_url = fields.Char(related="company_id.iot_sms_url", readonly=False)
    iot_sms_method = fields.Selection(
        related="company_id.iot_sms_method", readonly=False
    )
    iot_sms_body_format = fields.Selection(
        related="company_id.iot_sms_body_format", readonly=False
    )
    iot_sms_body = fields.Text(related="company_id.iot_sms_body", readonly=False)
    iot_sms_headers = fields.Text(related="company_id.iot_sms_headers", readonly=False)
    iot_sms_sender = fields.Char(related="company_id.iot_sms_sender", readonly=False)
    iot_sms_success = fields.Char(related="company_id.iot_sms_success", readonly=False)
    iot_sms_reference = fields.Char(
        related="company_id.iot_sms_reference", readonly=False
    )
    iot_sms_secret_state = fields.Char(
        compute="_compute_iot_sms_secret_state", groups=_GROUP
    )

    @api.constrains(
        "iot_sms_provider",
        "iot_sms_url",
        "iot_sms_body_format",
        "iot_sms_body",
        "iot_sms_headers",
        "iot_sms_success",
        "iot_sms_reference",
    )
    def _check_iot_sms_gateway(self):
        self.company_id._check_iot_sms_gateway()

    def _compute_iot_sms_secret_state(self):
        secret = get_sms_secret()
        if secret.user:
            state = _("User and password are set in odoo.conf.")
        elif secret.token:
            state = _("A token is set in odoo.conf.")
        else:
            state = _(
                "None. Set sms_token, or sms_user and sms_password, in the section "
                "[smartdairy_iot] of odoo.conf, and restart Odoo."
            )
        self.iot_sms_secret_state = state

    def action_iot_test_email(self):
        self.ensure_one()
        user = self.env.user
        row = self._iot_test_row("email")
        return self._iot_tell(
            row._send_email_of_company()[row],
            _("The mail server took a message to %(address)s.", address=user.email),
        )

    def action_iot_test_sms(self):
        self.ensure_one()
        row = self._iot_test_row("sms")
        number, problem = row._sms_number()
        if problem:
            raise UserError(problem)
        text = to_sms(
            _("Test from %(company)s, Dairy IoT", company=self.company_id.name)
        )
        outcome = row._ask_sms_provider(
            self.company_id._get_sms_provider(), number, text, row._sms_uuid()
        )
        return self._iot_tell(
            outcome, _("The provider took a message to %(number)s.", number=number)
        )

    def _iot_test_row(self, channel):
        """A row that is never stored, to whoever asks."""
        if not self.env.user.has_group(_GROUP):
            raise UserError(_("Only a manager of Dairy IoT may do this."))
        # sudo - iot.notification: people read it, the channels write it.
        row = self.env["iot.notification"].sudo().with_company(self.company_id)
        return row.new(
            {
                "event": "digest",
                "severity": "low",
                "user_id": self.env.uid,
                "channel": channel,
                "company_id": self.company_id.id,
            }
        )

    def _iot_tell(self, outcome, success):
        text = success if outcome.is_sent else outcome.error
        return _notice(outcome.is_sent, _("Test"), text)
