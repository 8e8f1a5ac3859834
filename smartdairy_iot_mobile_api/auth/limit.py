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


def of_login(login, address, per_minute):
    """Attempts to sign in: of an address, and for one account from anywhere.

    The name itself is not kept: people type their password there.
    """
    if not per_minute:
        return []
    name = hashlib.sha256(login.strip().lower().encode()).hexdigest()[:32]
    return [
        _bucket(f"sign-in:{_owner(address)}", per_minute, per_minute),
        _bucket(f"account:{name}", per_minute, per_minute),
    ]


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
