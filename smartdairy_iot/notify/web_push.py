"""Web push: one message to one browser (RFC 8030). Pure but for ``requests``.

Odoo's own ``push_to_end_point`` gives a message 60 seconds to arrive and tells nobody
that it was refused. A browser that is asleep must still learn of a warm tank, so only
Odoo's encryption and keys are used (see ``models/iot_notification_push.py``).
"""

import hashlib
from base64 import urlsafe_b64encode
from urllib.parse import urlsplit

from .outcome import Outcome
from .side_by_side import Result
from .transport import NoAnswer, exchange

LIFETIME = 4 * 3600  # seconds that a push service keeps what it cannot deliver
# Hosts that are asked without TLS: none but what tests stand in for. People register
# their browsers themselves, and must not reach what listens on this machine.
PLAIN_HOSTS = frozenset()
_GONE = {404, 410}


def origin(endpoint):
    """The audience of the VAPID token.

    :return: None for what cannot be a push service
    """
    url = urlsplit(endpoint)
    if not url.hostname or url.hostname.endswith(".invalid"):
        return None
    if url.scheme != "https" and url.hostname not in PLAIN_HOSTS:
        return None
    return f"{url.scheme}://{url.netloc}"


def headers(authorization, severity, topic):
    """
    :param topic: what one alert is known by: a newer message of it replaces the one
        that still waits for a browser
    """
    digest = hashlib.sha256(topic.encode()).digest()[:24]
    return {
        "Authorization": authorization,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(LIFETIME),
        "Urgency": "high" if severity in ("high", "critical") else "normal",
        "Topic": urlsafe_b64encode(digest).decode(),
    }


def send(session, endpoint, headers, body, **how):
    """:return: :class:`~.side_by_side.Result`; gone: the browser has unsubscribed"""
    try:
        answer = exchange(session, "POST", endpoint, headers=headers, data=body, **how)
    except NoAnswer as error:
        return Result(Outcome(False, f"Push service: {error}"), is_silent=True)
    if answer.is_success:
        return Result(Outcome(True))
    # Not what it said: the person who registered the URL can read the log.
    error = f"Push service: HTTP {answer.status}"
    is_later = answer.status == 429 or answer.status >= 500
    outcome = Outcome(
        False, error, is_final=not is_later, retry_after=answer.retry_after
    )
    return Result(outcome, is_gone=answer.status in _GONE)
