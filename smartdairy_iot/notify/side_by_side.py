"""Many requests to several receivers: receivers side by side, so that none waits for
another. Pure.

To one receiver they go one after the other, in order. Once it does not answer, the rest
for it is left for later: a receiver that is dead costs one time-out, not one each.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import requests

from .outcome import Outcome

_AT_ONCE = 8  # receivers
_FIRST_REST = 30  # seconds without an attempt after a receiver did not answer …
_LONGEST_REST = 600  # … doubled each time up to this


class Result(NamedTuple):
    """Of one request.

    :param is_silent: nobody answered
    :param is_gone: what has this URL is no more
    """

    outcome: Outcome
    is_silent: bool = False
    is_gone: bool = False


class Request(NamedTuple):
    """:param key: what the caller knows it by"""

    key: object
    url: str
    headers: dict
    body: bytes


class Receiver(NamedTuple):
    """
    :param silences: how often in a row it has not answered so far
    :param requests: list of :class:`Request`, the oldest first
    """

    key: object
    requests: list
    silences: int = 0


class Report(NamedTuple):
    """What became of one receiver's requests.

    :param outcomes: ``{request's key: Outcome}``
    :param silences: how often in a row it has not answered now
    :param gone: URLs that are no more
    """

    receiver: object
    outcomes: dict
    silences: int
    gone: frozenset


def send_all(receivers, send, **how):
    """
    :param send: ``send(session, url, headers, body, **how)`` → :class:`Result`
    :return: list of :class:`Report`
    """
    if not receivers:
        return []
    workers = min(len(receivers), _AT_ONCE)
    with ThreadPoolExecutor(workers, "smartdairy_iot.notify") as pool:
        return list(pool.map(lambda one: _send_to(one, send, how), receivers))


def _send_to(receiver, send, how):
    outcomes = {}
    silences = receiver.silences
    gone = {}  # URL → the outcome that told so
    with requests.Session() as session:
        for number, (key, url, headers, body) in enumerate(receiver.requests):
            if url in gone:
                outcomes[key] = gone[url]
                continue
            result = send(session, url, headers, body, **how)
            outcomes[key] = result.outcome
            silences = silences + 1 if result.is_silent else 0
            if result.is_gone:
                gone[url] = result.outcome
            if result.is_silent:
                wait = rest_after(silences)
                outcomes[key] = result.outcome._replace(retry_after=wait)
                rest = receiver.requests[number + 1 :]
                later = not_tried(wait, result.outcome.error)
                outcomes |= dict.fromkeys((one.key for one in rest), later)
                break
    return Report(receiver.key, outcomes, silences, frozenset(gone))


def rest_after(silences):
    """How many seconds to leave a receiver alone after so many silences in a row.

    >>> [rest_after(n) for n in (1, 2, 3, 9)]
    [30, 60, 120, 600]
    """
    return min(_FIRST_REST * 2 ** min(silences - 1, 10), _LONGEST_REST)


def not_tried(seconds, error=""):
    """The outcome for a receiver that is left alone for so long."""
    error = f"Not tried: the receiver has not answered just before. {error}".strip()
    return Outcome(False, error, retry_after=seconds)
