"""A mail server on loopback that only counts."""

import logging
import socket
from collections import Counter

from aiosmtpd.controller import Controller

# It warns of its own event loop being closed.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class MailSink:
    """
    :ivar mails: how many each address was sent
    """

    def __init__(self):
        self.mails = Counter()
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self._controller = Controller(self, hostname="127.0.0.1", port=port)

    @property
    def port(self):
        return self._controller.port

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_error):
        self._controller.stop()

    async def handle_DATA(self, _server, _session, envelope):
        """Take it."""
        self.mails.update(envelope.rcpt_tos)
        return "250 OK"
