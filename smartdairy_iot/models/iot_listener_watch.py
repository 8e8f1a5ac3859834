from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..settings import get_settings


class IotListener(models.Model):
    """The dead-man's switch: the consumer cannot tell of its own death.

    A scheduled action does; for a death of Odoo as a whole, Prometheus has its rule
    (docker/prometheus).
    """

    _inherit = "iot.listener"

    told_at = fields.Datetime(
        readonly=True, help="When people were told that nobody has listened since it."
    )

    @api.model
    def _cron_watch_listeners(self):
        now = fields.Datetime.now()
        last = self.search(
            [("listened_at", "!=", False)], order="listened_at desc", limit=1
        )
        if not last:
            return  # it has never listened: that is a set-up, no outage
        told = self.search([("told_at", "!=", False)])
        limit = timedelta(seconds=get_settings().deaf_seconds)
        if now - last.listened_at > limit:
            if not told:
                last.told_at = now
                last._tell_managers(last._deaf_words)
        elif told:
            told.told_at = False
            last._tell_managers(last._back_words)

    def _tell_managers(self, words):
        """As Odoo tells its users: in the inbox or by e-mail, as each prefers.

        :param words: language → subject, body
        """
        managers = self.env.ref("smartdairy_iot.group_iot_manager").all_user_ids
        root = self.env.ref("base.user_root")
        for lang, users in (managers - root).grouped("lang").items():
            subject, body = words(lang)
            users.env["mail.thread"].message_notify(
                partner_ids=users.partner_id.ids, subject=subject, body=body
            )

    def _deaf_words(self, lang):
        own = self.with_context(lang=lang)
        since = format_datetime(own.env, self.listened_at)
        lines = [
            own.env._("The last listener was heard at %(time)s (UTC).", time=since),
            own.env._(
                "No reading is stored and no alert opens. What devices publish waits "
                "at the broker, up to its limit."
            ),
            own.env._("Its last error: %(error)s", error=self.error)
            if self.error
            else own.env._("It told of no error: it was stopped, or its machine was."),
            own.env._(
                "To do: look at Configuration → Listeners, then at the log of Odoo and "
                "at the broker."
            ),
        ]
        subject = own.env._("Dairy IoT: nobody listens to the devices")
        return subject, Markup("<br/>").join(lines)

    def _back_words(self, lang):
        own = self.with_context(lang=lang)
        subject = own.env._("Dairy IoT: the devices are heard again")
        since = format_datetime(own.env, self.listening_since)
        body = own.env._(
            "Since %(time)s (UTC). What waited at the broker is being stored.",
            time=since,
        )
        return subject, Markup("%s") % body
