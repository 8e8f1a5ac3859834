"""E-mail, by Odoo's outgoing mail servers.

Not as ``mail.mail``, which is a queue of its own: what it fails to send it writes to
the log with a traceback, and nobody here would learn of it.
"""

import smtplib
import uuid
from contextlib import suppress

from odoo import _, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, formataddr

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..notify.outcome import Outcome
from ..notify.smtp import outcome_of

_TIMEOUT = 10  # seconds, for each answer of the mail server


class IotNotification(models.Model):
    _inherit = "iot.notification"

    def _send_email(self):
        outcomes = {}
        for company, rows in self.grouped("company_id").items():
            outcomes |= rows._for_company(company)._send_email_of_company()
        return outcomes

    def _for_company(self, company):
        return self.with_company(company or self.env.company)

    def _send_email_of_company(self):
        """Through one connection; a new one when the server breaks it off."""
        # sudo - ir.mail_server: whoever is told, the mail servers are the system's.
        # A language, or Odoo trips over its own errors.
        server = (
            self.env["ir.mail_server"]
            .sudo()
            .with_context(smtp_timeout=_TIMEOUT, lang=self.env.lang or "en_US")
        )
        outcomes = {}
        session = None
        try:
            for row in self:
                message = row._for_recipient()._to_email()
                if isinstance(message, Outcome):
                    outcomes[row] = message
                    continue
                session, outcomes[row] = self._post(server, session, message)
                if outcomes[row].is_channel_down:
                    break
        finally:
            _leave(session)
        return outcomes

    def _post(self, server, session, message):
        """:return: the connection to go on with or None, and the outcome"""
        try:
            session = session or server._connect__(smtp_from=message["From"])
        except UserError as error:  # no mail server is configured
            where = _("Enter one in Settings → Technical → Outgoing Mail Servers.")
            error = f"{str(error).splitlines()[0]}. {where}"
            return None, Outcome(False, error, is_channel_down=True)
        except (OSError, smtplib.SMTPException) as error:
            where = _("See Settings → Technical → Outgoing Mail Servers.")
            found = outcome_of(error)
            error = f"{found.error} {where}"
            return None, found._replace(error=error, is_channel_down=True)
        try:
            reference = server.send_email(message, smtp_session=session)
        except smtplib.SMTPServerDisconnected as error:
            return None, outcome_of(error)
        except MailDeliveryException as error:
            # Odoo wraps what smtplib raised, whose codes say whether to try again.
            return session, outcome_of(error.__context__)
        except AssertionError as error:  # no valid sender or recipient
            return session, Outcome(False, str(error.args[0]), is_final=True)
        return session, Outcome(True, reference=reference or "")

    def _to_email(self):
        """:return: the message, or the :class:`Outcome` when there can be none"""
        user = self.user_id
        if not email_normalize(user.email or ""):
            error = _(
                "%(name)s has no e-mail address: enter it in Settings → Users.",
                name=user.name or "?",
            )
            return Outcome(False, error, is_final=True)
        sender = self._email_sender()
        if not sender:
            error = _(
                "No sender: enter an e-mail address for %(name)s in Companies.",
                name=self.env.company.name,
            )
            return Outcome(False, error, is_channel_down=True)
        return self._build_email(sender, formataddr((user.name, user.email)))

    def _email_sender(self):
        company = self.env.company
        default = self.env["ir.mail_server"]._get_default_from_address()
        address = company.default_from_email or company.email or default
        return address and formataddr((company.name, email_normalize(address)))

    def _build_email(self, sender, recipient):
        own_id, root_id = self._email_ids()
        headers = {
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        }
        if own_id != root_id:
            headers["In-Reply-To"] = root_id
        bounces = self.env.company.bounce_email
        if bounces:
            headers["Return-Path"] = bounces
        return self.env["ir.mail_server"]._build_email__(
            sender,
            [recipient],
            f"[{self._label()}] {self._headline()}",
            self._email_body(),
            subtype="html",
            message_id=own_id,
            references=root_id if own_id != root_id else None,
            headers=headers,
        )

    def _email_ids(self):
        """The id of this message and of the first one about the alert.

        Both are made of what it is about: sent twice, after a crash, it is the same
        message, and all about one alert are one thread to the mail program.
        """
        # sudo - ir.config_parameter: alerts of two databases have the same numbers.
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        domain = f"{(database or '')[:8]}.smartdairy-iot"
        own = f"<notification-{self.id or uuid.uuid4().hex}@{domain}>"
        if not self.alert_id:
            return own, own
        root = f"<alert-{self.alert_id.id}-{self.user_id.id}@{domain}>"
        return (root if self.event == "raised" else own), root

    def _email_body(self):
        values = {
            "row": self,
            "label": self._label(),
            "headline": self._headline(),
            "alerts": self._told_alerts(),
        }
        return self.env["ir.qweb"]._render("smartdairy_iot.notification_email", values)


def _leave(session):
    """Politely; a server that is no longer there need not be told."""
    if session:
        with suppress(OSError, smtplib.SMTPException):
            session.quit()
