"""How much one caller may ask: token buckets. Pure.

A bucket holds ``capacity`` calls and fills up by ``per_second``; one that was never
seen is full. Where they are kept is ``models/iot_app_limit.py``.
"""

import hashlib
from ipaddress import IPv6Network, ip_address
from math import ceil
from typing import NamedTuple

_BURST = 15  # seconds' worth of calls at once …
_LEAST = 10  # … but a screen that opens always gets what it needs


class Bucket(NamedTuple):
    key: str
    capacity: float
    per_second: float


def of_caller(user_id, address, per_minute_user, per_minute_address):
    """
    :param user_id: None: nobody, who has the address alone
    :param per_minute_user, per_minute_address: 0: no limit
    """
    buckets = []
    if per_minute_address:
        buckets.append(_bucket(f"address:{_owner(address)}", per_minute_address))
    if user_id and per_minute_user:
        buckets.append(_bucket(f"user:{user_id}", per_minute_user))
    return buckets


def of_login(login, address, per_minute, known_addresses=()):
    """Attempts to sign in: of an address, and for one account from everywhere else.

    Strangers share one bucket of the account, so that many addresses guess no faster
    than one, and where its owner has been before has nothing to do with it: guessing
    locks nobody out (OWASP: device cookies). The name itself is not kept: people type
    their password there.

    :param known_addresses: from which that account has been signed in
    """
    if not per_minute:
        return []
    buckets = [_bucket(f"sign-in:{_owner(address)}", per_minute, per_minute)]
    if _owner(address) not in map(_owner, known_addresses):
        name = hashlib.sha256(login.strip().lower().encode()).hexdigest()[:32]
        buckets.append(_bucket(f"account:{name}", per_minute, per_minute))
    return buckets


def retry_after(seconds):
    """Whole seconds for the header ``Retry-After``, at least one."""
    return max(ceil(seconds), 1)


def _owner(address):
    """What one party has of addresses: of IPv6, 2^64 of them (RFC 6177)."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4 or found.ipv4_mapped:
        return str(getattr(found, "ipv4_mapped", None) or found)
    return str(IPv6Network((int(found), 64), strict=False))


def _bucket(key, per_minute, capacity=None):
    capacity = capacity or max(per_minute * _BURST / 60, _LEAST)
    return Bucket(key, capacity, per_minute / 60)
