"""An SMTP server on loopback that keeps what it takes, and refuses as it is told."""

import email
import email.policy
import logging
import socket

from aiosmtpd.controller import Controller

# It warns of its own event loop being closed; its work is ours to judge by the mail.
logging.getLogger("mail.log").setLevel(logging.ERROR)


class SmtpSink:
    """
    :ivar received: list of :class:`email.message.EmailMessage`
    :ivar refused: ``{address: answer}`` to RCPT, such as ``550 no such user``
    :ivar data_answer: to DATA, once for each message
    :ivar hangs_up: how many of the next messages it breaks the connection off at
    """

    def __init__(self):
        self.received = []
        self.connections = 0
        self.refused = {}
        self.data_answer = "250 OK"
        self.hangs_up = 0
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()

    @property
    def port(self):
        return self._controller.port

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._controller.stop()

    async def handle_EHLO(self, server, session, _envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, _session, envelope):
        if self.hangs_up:
            self.hangs_up -= 1
            server.transport.abort()
            return "451 never read"
        if self.data_answer.startswith("2"):
            policy = email.policy.default
            self.received.append(
                email.message_from_bytes(envelope.content, policy=policy)
            )
        return self.data_answer


class DeafServer:
    """Takes connections and never greets."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._socket.close()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
