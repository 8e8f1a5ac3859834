"""Many webhooks at once: endpoints side by side, so that one waits for no other. Pure.

To one endpoint they go one after the other, in order; once it does not answer, the rest
for it is left for later.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import requests

from .outcome import Outcome
from .webhook import rest_after, send

_AT_ONCE = 8  # endpoints


class Request(NamedTuple):
    """:param key: what the caller knows it by"""

    key: object
    headers: dict
    body: bytes


class Endpoint(NamedTuple):
    """
    :param silences: how often in a row it has not answered so far
    :param requests: list of :class:`Request`, the oldest first
    """

    key: object
    url: str
    silences: int
    requests: list


class Report(NamedTuple):
    """What became of one endpoint's requests.

    :param outcomes: ``{request's key: Outcome}``
    :param silences: how often in a row it has not answered now
    :param is_gone: it says that it is no more
    """

    endpoint: object
    outcomes: dict
    silences: int
    is_gone: bool


def send_all(endpoints, **how):
    """:return: list of :class:`Report`"""
    if not endpoints:
        return []
    workers = min(len(endpoints), _AT_ONCE)
    with ThreadPoolExecutor(workers, "webhook") as pool:
        return list(pool.map(lambda endpoint: _send_to(endpoint, how), endpoints))


def _send_to(endpoint, how):
    outcomes = {}
    silences = endpoint.silences
    is_gone = False
    with requests.Session() as session:
        for number, (key, headers, body) in enumerate(endpoint.requests):
            outcome, is_silent, is_gone = send(
                session, endpoint.url, headers, body, **how
            )
            silences = silences + 1 if is_silent else 0
            if is_silent:
                outcome = outcome._replace(retry_after=rest_after(silences))
            outcomes[key] = outcome
            if is_silent or is_gone:
                rest = endpoint.requests[number + 1 :]
                outcomes |= dict.fromkeys((r.key for r in rest), _not_tried(outcome))
                break
    return Report(endpoint.key, outcomes, silences, is_gone)


def _not_tried(outcome):
    return outcome._replace(
        error=f"Not tried, for one before it failed. {outcome.error}"
    )


def resting(seconds, error=""):
    """The outcome for an endpoint that is left alone for so long."""
    return Outcome(
        False,
        f"Not tried: the endpoint has not answered lately. {error}".strip(),
        retry_after=seconds,
    )
