from odoo import models


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    def _notify_thread_by_web_push(self, message, recipients_data, **kwargs):
        """The inbox only: push is a channel of its own, queued and logged."""
        if self.env.context.get("iot_inbox_only"):
            return None
        return super()._notify_thread_by_web_push(message, recipients_data, **kwargs)
