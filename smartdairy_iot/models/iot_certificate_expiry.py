from collections import defaultdict
from datetime import timedelta

from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.tools import format_date

from .iot_certificate import LIVE

STEPS = (1, 7, 30)  # days before a certificate expires
_LISTED = 50  # devices in one message


class IotCertificate(models.Model):
    _inherit = "iot.certificate"

    @api.model
    def _cron_look_after(self):
        """What time does to certificates."""
        now = fields.Datetime.now()
        self.search([("state", "in", LIVE), ("not_after", "<=", now)]).write(
            {"state": "expired", "revoke_at": False}
        )
        self.search([("state", "=", "superseded"), ("revoke_at", "<=", now)])._revoke(
            "superseded"
        )
        self._tell_of_expiry(now)

    def _tell_of_expiry(self, now):
        """Once for each step, one message for all the devices of a company."""
        last = now + timedelta(days=max(STEPS))
        # A superseded one has its successor, and a recorded one may have it elsewhere.
        found = self.search([("state", "=", "valid"), ("not_after", "<=", last)])
        newest = found.filtered(
            lambda one: (
                one.not_after == one.device_id.certificate_expires_at
                and one.device_id.state != "retired"
            )
        )
        told = defaultdict(self.browse)
        for one in newest:
            days = (one.not_after - now) / timedelta(days=1)
            step = next(step for step in STEPS if days <= step)
            if not one.told_days or one.told_days > step:
                one.told_days = step
                told[one.company_id, step] |= one
        for (company, step), certificates in told.items():
            certificates._tell(company, step)

    def _tell(self, company, step):
        """As Odoo tells its users: in the inbox or by e-mail, as each prefers."""
        people = self._who_renews(company)
        for lang, users in people.grouped("lang").items():
            words = self.with_context(lang=lang)
            users.env["mail.thread"].message_notify(
                partner_ids=users.partner_id.ids,
                subject=words._expiry_subject(step),
                body=words._expiry_body(),
                model="iot.device" if len(self.device_id) == 1 else False,
                res_id=self.device_id.id if len(self.device_id) == 1 else False,
            )

    def _who_renews(self, company):
        """Technicians, and with them managers, who see at least one of the devices."""
        users = self.env.ref("smartdairy_iot.group_iot_technician").all_user_ids
        if company:
            users = users.filtered(lambda user: company in user.company_ids)
        root = self.env.ref("base.user_root")
        return (users - root).filtered(
            lambda user: (
                self.device_id.with_user(user)
                .with_context(allowed_company_ids=user.company_ids.ids)
                ._filtered_access("read")
            )
        )

    def _expiry_subject(self, step):
        count = len(self)
        if step == 1:
            return _("Certificates of %(count)s devices expire tomorrow", count=count)
        return _(
            "Certificates of %(count)s devices expire within %(days)s days",
            count=count,
            days=step,
        )

    def _expiry_body(self):
        """The devices, and what becomes of them."""
        rows = Markup("").join(
            Markup("<li>%s (%s): %s</li>")
            % (
                one.device_id.name,
                one.common_name,
                format_date(self.env, one.not_after),
            )
            for one in self.sorted("not_after")[:_LISTED]
        )
        more = len(self) - _LISTED
        words = _(
            "After that the broker refuses them. Issue new ones: Devices, select them, "
            "Actions, Issue Credentials. The old ones stay valid meanwhile."
        )
        end = (
            Markup("<p>%s</p>") % _("And %(count)s more.", count=more)
            if more > 0
            else ""
        )
        return Markup("<p>%s</p><ul>%s</ul>%s") % (words, rows, end)
