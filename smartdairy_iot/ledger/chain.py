"""Days of entries, each day's hash made of its entries' and of the day before. Pure.

As in a version control system: to change one entry unseen, one has to change its day,
and every day after it, and every copy of the last hash that has left the house.
"""

import json
from datetime import date, timedelta
from hashlib import sha256
from typing import NamedTuple

GENESIS = "0" * 64  # before the first day
ENTRY, MISSING, EXTRA = "entry", "missing", "extra"
DAY, LINK, GAP = "day", "link", "gap"


class Entry(NamedTuple):
    """One fact of a day: what it is about, and what was true when it was sealed."""

    kind: str  # readings | late | alert …
    subject: str  # of the device, alert …
    content: str  # canonical JSON
    hash: str


class Day(NamedTuple):
    """``manifest``: the hashes of the entries, in their order, a line each."""

    owner: str  # of which farm
    date: str  # ISO 8601
    previous: str
    manifest: str
    hash: str
    entries: tuple  # Entry, in the order of the manifest


class Fault(NamedTuple):
    """What is not as it was sealed."""

    kind: str
    date: str
    subject: str = ""


def to_text(content):
    """JSON of one possible form: the same content always has the same hash.

    >>> to_text({"b": 1, "a": "ü"})
    '{"a":"ü","b":1}'
    """
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def to_entry(kind, subject, content):
    """:param content: what JSON can hold"""
    text = to_text(content)
    return Entry(kind, subject, text, hash_entry(kind, subject, text))


def hash_entry(kind, subject, text):
    return _hash(to_text([kind, subject, text]))


def seal(owner, day, previous, entries):
    """:return: :class:`Day`"""
    manifest = "\n".join(entry.hash for entry in entries)
    day_hash = hash_day(owner, day, previous, manifest)
    return Day(owner, day, previous, manifest, day_hash, tuple(entries))


def hash_day(owner, day, previous, manifest):
    return _hash(to_text([owner, day, previous, manifest]))


def verify(days, previous=GENESIS):
    """What was changed, removed or put in since, from the first day on.

    :param days: iterable of :class:`Day`, without gaps, oldest first
    :param previous: hash of the day before the first
    :return: yields :class:`Fault`, of an entry before that of its day
    """
    last = None
    for day in days:
        if last and (day.owner, _after(last)) != (last.owner, day.date):
            yield Fault(GAP, day.date)
        yield from _verify_entries(day)
        if hash_day(*day[:4]) != day.hash:
            yield Fault(DAY, day.date)
        if day.previous != previous:
            yield Fault(LINK, day.date)
        previous, last = day.hash, day


def _verify_entries(day):
    sealed, found = set(day.manifest.splitlines()), set()
    foreign = 0
    for entry in day.entries:
        found.add(entry.hash)
        if hash_entry(*entry[:3]) != entry.hash:
            yield Fault(ENTRY, day.date, entry.subject)
        elif entry.hash not in sealed:
            foreign += 1
            yield Fault(EXTRA, day.date, entry.subject)
    if len(sealed - found) > foreign:  # beyond those that stand there with another hash
        yield Fault(MISSING, day.date)


def _after(day):
    return (date.fromisoformat(day.date) + timedelta(days=1)).isoformat()


def _hash(text):
    return sha256(text.encode()).hexdigest()
