"""One HTTP request, and its answer or why there is none. Pure but for ``requests``.

What goes wrong is said in words of our own: those of ``requests`` hold the whole URL,
and a URL may hold a key.
"""

import time
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import requests

TIMEOUT = 10  # seconds, for each step of an exchange and for reading the answer
_MOUTHFUL = 16 * 1024  # bytes of an answer that are looked at
_LONGEST_WAIT = 3600  # seconds; who asks for more is asked again all the same


class Answer(NamedTuple):
    """
    :param retry_after: seconds, 0: not asked for
    """

    status: int
    text: str = ""
    retry_after: int = 0

    @property
    def is_success(self):
        return 200 <= self.status < 300

    @property
    def is_redirect(self):
        return 300 <= self.status < 400

    @property
    def excerpt(self):
        """The beginning of the text, in one line: it stands in an error message."""
        line = " ".join(self.text.split())
        return line if len(line) <= 120 else f"{line[:119]}…"


class NoAnswer(Exception):
    """Nobody answered; the message says why and has no URL in it."""


def exchange(session, method, url, *, headers=None, data=None, timeout=TIMEOUT):
    """Send one request; redirects are not followed.

    :param data: bytes
    :raise NoAnswer: no connection, no answer in time, or none that is HTTP
    """
    until = time.monotonic() + timeout
    try:
        with session.request(
            method,
            url,
            headers=headers,
            data=data,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
            auth=_as_it_is,
        ) as response:
            text = _read(response, until)
    except requests.RequestException as error:
        raise NoAnswer(_explain(error, timeout)) from None
    asked = seconds_to_wait(
        response.headers.get("Retry-After"), datetime.now(timezone.utc)
    )
    return Answer(response.status_code, text, asked)


def seconds_to_wait(retry_after, now):
    """
    :param retry_after: a header: seconds or a date, or None
    :return: whole seconds, 0 when there is nothing that can be understood

    >>> seconds_to_wait("120", None)
    120
    """
    if not retry_after:
        return 0
    try:
        seconds = int(retry_after)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(retry_after) - now).total_seconds()
        except (TypeError, ValueError):
            return 0
    return min(max(int(seconds), 0), _LONGEST_WAIT)


def _as_it_is(request):
    """No authentication from ~/.netrc, which would replace ours."""
    return request


def _read(response, until):
    """The beginning of the body: it may be endless, or come a byte at a time."""
    body = bytearray()
    for byte in response.iter_content(1):  # a larger piece would be waited for
        body += byte
        if len(body) >= _MOUTHFUL or time.monotonic() > until:
            break
    return body.decode(response.encoding or "utf-8", "replace")


def _explain(error, timeout):
    match error:
        case requests.ConnectTimeout():
            return f"No connection within {timeout:g} s."
        case requests.Timeout():
            return f"No answer within {timeout:g} s."
        case requests.exceptions.SSLError():
            return "The certificate is not accepted, or the server does not speak TLS."
        case requests.exceptions.ProxyError():
            return "The proxy does not let us through."
        case requests.exceptions.InvalidURL() | requests.exceptions.InvalidSchema():
            return "The URL cannot be used."
        case requests.exceptions.InvalidHeader():
            return "A header cannot be used."
    if _is_caused_by(error, "Name or service not known", "NameResolutionError"):
        return "The name of the server is not known."
    if _is_caused_by(error, "refused"):
        return "The connection is refused."
    return "The connection was broken off."


def _is_caused_by(error, *words):
    return any(word in repr(error) for word in words)
