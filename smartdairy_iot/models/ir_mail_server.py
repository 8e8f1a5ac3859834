import threading
from contextlib import contextmanager

from odoo import models

from odoo.addons.base.models import ir_mail_server

_ORDINARY = ir_mail_server.SMTP_TIMEOUT
_lock = threading.Lock()


class IrMailServer(models.Model):
    _inherit = "ir.mail_server"

    def _connect__(self, *args, **kwargs):  # noqa: PLW3201 - Odoo's own name
        """With ``smtp_timeout`` in the context, in seconds, it waits no longer."""
        timeout = self.env.context.get("smtp_timeout")
        if not timeout:
            return super()._connect__(*args, **kwargs)
        with _patience(timeout):
            return super()._connect__(*args, **kwargs)


@contextmanager
def _patience(seconds):
    """Odoo waits 60 s for a mail server, a constant that it reads at each connection
    and offers no parameter for. The connection keeps what it was made with.

    Ordinary mail that connects in this very moment is as impatient as we are; the lock
    keeps two of us from taking the shortened time for the ordinary one.
    """
    with _lock:
        ir_mail_server.SMTP_TIMEOUT = seconds
        try:
            yield
        finally:
            ir_mail_server.SMTP_TIMEOUT = _ORDINARY
