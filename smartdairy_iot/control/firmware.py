"""Firmware: the URL that one device is offered, and how a campaign goes on. Pure."""

import hashlib
import hmac
import math
from typing import NamedTuple

OPEN = ("queued", "offered", "downloading")
ENDED = ("applied", "failed", "skipped")


def sign(master, target, device_id, expires):
    """What makes the URL this device's, for this offer, until then.

    :param master: ``webhook_secret`` of odoo.conf
    :param target: id of the offer
    :param expires: whole seconds since 1970
    """
    key = hmac.digest(master.encode(), b"smartdairy_iot firmware", hashlib.sha256)
    signed = f"{target}\n{device_id}\n{expires}".encode()
    return hmac.digest(key, signed, hashlib.sha256).hex()


def is_signed(master, target, device_id, expires, signature, now):
    """:param now: seconds since 1970"""
    right = sign(master, target, device_id, expires)
    # Both as bytes: a text with other letters would be an error, and no answer.
    same = hmac.compare_digest(right.encode(), signature.encode(errors="replace"))
    return same and now < expires


def parse_stages(text):
    """Rising percentages, the last of them 100.

    :raise ValueError:

    >>> parse_stages("5, 25 %, 100")
    (5, 25, 100)
    """
    stages = tuple(int(part.strip(" %")) for part in text.split(",") if part.strip())
    rises = all(a < b for a, b in zip(stages, stages[1:], strict=False))
    if not stages or stages[0] < 1 or stages[-1] != 100 or not rises:
        raise ValueError(text)
    return stages


def stage_sizes(count, stages):
    """How many devices each stage has in all.

    >>> stage_sizes(30, (5, 25, 100))
    [2, 8, 30]
    """
    return [math.ceil(count * percent / 100) for percent in stages]


class Step(NamedTuple):
    """:param verdict: ``wait``, ``next``, ``halt`` or ``done``"""

    verdict: str
    rate: float = 0.0  # percent of the opened stages that failed


def next_step(counts, is_last_stage, max_failures):
    """
    :param counts: ``{state: devices}`` of the stages that are open
    :param max_failures: percent; more than that halts
    """
    tried = sum(count for state, count in counts.items() if state != "skipped")
    rate = 100 * counts.get("failed", 0) / tried if tried else 0.0
    if rate > max_failures:
        return Step("halt", rate)
    if any(counts.get(state) for state in OPEN):
        return Step("wait", rate)
    return Step("done" if is_last_stage else "next", rate)
