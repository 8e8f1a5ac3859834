"""A signed webhook, as Standard Webhooks has it (standardwebhooks.com). Pure.

The key of an endpoint is derived and never stored: HMAC-SHA256 of the endpoint's own
identifier and the number of its key, under ``webhook_secret`` of ``odoo.conf``. Who has
the database alone can sign nothing.
"""

import base64
import hashlib
import hmac
import ipaddress
import json
from urllib.parse import urlsplit

from .outcome import Outcome
from .side_by_side import Result
from .transport import NoAnswer, exchange

SHORTEST_SECRET = 32  # characters, of webhook_secret


def derive_key(master, endpoint, number):
    """
    :param master: webhook_secret
    :param endpoint: identifier of the endpoint
    :param number: which key of that endpoint: a new number is a new key
    :return: 32 bytes
    """
    context = f"smartdairy_iot webhook {endpoint} {number}"
    return hmac.digest(master.encode(), context.encode(), hashlib.sha256)


def to_secret(key):
    """The key as the receiver enters it: ``whsec_…``"""
    return "whsec_" + base64.b64encode(key).decode()


def sign(keys, message_id, timestamp, body):
    """The headers of a signed request.

    :param keys: several while an old one is still accepted, the newest first
    :param timestamp: whole seconds since 1970
    :param body: bytes
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [
        "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        for key in keys
    ]
    return {
        "Content-Type": "application/json",
        "User-Agent": "SmartDairy-IoT-Webhook/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def to_body(kind, timestamp, data):
    """:return: bytes of ``{"type", "timestamp", "data"}``; times are ISO 8601"""
    content = {"type": kind, "timestamp": timestamp, "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def url_problem(url):
    """Why the URL cannot be that of an endpoint, None when it can: ``syntax``,
    ``scheme`` (neither https nor on this machine) or ``credentials``."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _port = parts.port
    except ValueError:
        return "syntax"
    if not host or any(letter.isspace() for letter in url):
        return "syntax"
    if parts.username or parts.password:
        return "credentials"
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)):
        return None
    return "scheme"


def is_loopback(host):
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def send(session, url, headers, body, **how):
    """Send once.

    :param how: see :func:`~.transport.exchange`
    :return: :class:`~.side_by_side.Result`
    """
    try:
        answer = exchange(session, "POST", url, headers=headers, data=body, **how)
    except NoAnswer as error:
        return Result(Outcome(False, str(error)), is_silent=True)
    if answer.is_success:
        return Result(Outcome(True, reference=f"HTTP {answer.status}"))
    is_gone = answer.status == 410
    error = _complaint(answer)
    outcome = Outcome(False, error, is_final=is_gone, retry_after=answer.retry_after)
    return Result(outcome, is_gone=is_gone)


def _complaint(answer):
    if answer.is_redirect:
        return (
            f"Answered with a redirect (HTTP {answer.status}), which is not followed:"
            " enter the URL to which it leads."
        )
    said = f": {answer.excerpt}" if answer.excerpt else ""
    return f"Answered with HTTP {answer.status}{said}"
