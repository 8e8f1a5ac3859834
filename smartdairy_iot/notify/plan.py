"""Who is told, through which channel, and when. Pure."""

from datetime import timedelta, timezone
from typing import NamedTuple

from ..rules.rule import severity_rank

# Channels to a person; the others are topics and webhooks, which no storm drowns.
PERSONAL = ("odoo", "email", "push", "sms")
# The specification's channels: the least severity for each.
LEAST_SEVERITY = {
    "odoo": "low",
    "email": "medium",
    "push": "high",
    "sms": "critical",
}


class Fact(NamedTuple):
    """What the recipients of an alert depend on; ids are None where there is none."""

    farm_id: int | None
    device_type: str
    kind: str
    severity: str


class Subscriber(NamedTuple):
    """One subscription.

    :param farm_ids, device_types, kinds: frozensets; an empty one is every one
    :param least: ``{channel: severity}``, without the channels that are not wanted
    :param quiet: :class:`~..rules.schedule.Schedule` or None
    :param tz: ``tzinfo`` of the quiet hours
    """

    user_id: int
    farm_ids: frozenset = frozenset()
    device_types: frozenset = frozenset()
    kinds: frozenset = frozenset()
    severity: str = "low"
    least: dict = LEAST_SEVERITY
    quiet: object = None
    tz: object = timezone.utc

    def wants(self, fact):
        return (
            _is_in(fact.farm_id, self.farm_ids)
            and _is_in(fact.device_type, self.device_types)
            and _is_in(fact.kind, self.kinds)
            and severity_rank(fact.severity) >= severity_rank(self.severity)
        )

    def channels(self, severity):
        rank = severity_rank(severity)
        return [
            channel
            for channel, least in self.least.items()
            if rank >= severity_rank(least)
        ]


def audience(fact, subscribers, now, on_call=()):
    """Who is told through which channel, and until when it is held.

    Of several subscriptions of one person each counts: what one of them does not hold,
    is told at once.

    :param on_call: ids of users whose quiet hours do not count now
    :return: ``{(user_id, channel): None, or aware UTC end of the quiet hours}``
    """
    told = {}
    for subscriber in subscribers:
        if not subscriber.wants(fact):
            continue
        until = None
        if subscriber.user_id not in on_call:
            until = held_until(subscriber, fact.severity, now)
        for channel in subscriber.channels(fact.severity):
            key = subscriber.user_id, channel
            told[key] = min(told.get(key, until), until, key=_never_first)
    return told


def held_until(subscriber, severity, now):
    """The end of the quiet hours, None when it is told now: critical always is."""
    if severity == "critical" or subscriber.quiet is None:
        return None
    if not subscriber.quiet.covers(now, subscriber.tz):
        return None
    # Quiet around the clock: once a day there is a digest all the same.
    end = subscriber.quiet.end_after(now, subscriber.tz)
    return end or now + timedelta(days=1)


# Storms -----------------------------------------------------------------------------

# So long after the first of a storm, so that what happens at once is told at once.
COLLECT = timedelta(seconds=15)
# Between two digests with alerts of these severities; of others the whole window.
SPACING = {"critical": timedelta(minutes=1), "high": timedelta(minutes=2)}


class Waiting(NamedTuple):
    """A notification that is due, to one recipient through one channel."""

    id: int
    severity: str
    created_at: object


class Recent(NamedTuple):
    """What that recipient was told through that channel within the window.

    Told, or tried: what fails was sent, too, for all that is known.
    """

    ordinary: int = 0
    high: int = 0
    critical: int = 0
    last_digest_at: object = None


class Split(NamedTuple):
    """Lists of ids, most severe first; ``until``: when those that wait are due."""

    single: list
    digest: list
    wait: list
    until: object = None


def split_storm(waiting, recent, now, rate, window):
    """Up to ``rate`` within ``window`` are told one by one, the rest in digests.

    Lesser ones never use up the room of high and critical ones.
    """
    told = {name: getattr(recent, name) for name in ("ordinary", "high", "critical")}
    single, rest = [], []
    for one in sorted(waiting, key=_most_severe_first):
        name = one.severity if one.severity in told else "ordinary"
        # High ones use up that of ordinary ones: both together are no more.
        used = told[name] + (told["high"] if name == "ordinary" else 0)
        if used < rate:
            told[name] += 1
            single.append(one.id)
        else:
            rest.append(one)
    if not rest:
        return Split(single, [], [])
    due = _digest_due(rest, recent.last_digest_at, window)
    ids = [one.id for one in rest]
    return Split(single, ids, []) if due <= now else Split(single, [], ids, due)


def _digest_due(rest, last_digest_at, window):
    due = min(one.created_at for one in rest) + COLLECT
    if last_digest_at is None:
        return due
    worst = rest[0].severity  # the most severe is the first
    return max(due, last_digest_at + min(window, SPACING.get(worst, window)))


# Escalation -------------------------------------------------------------------------


class Chain(NamedTuple):
    """How far an escalation has come: steps that are due now, and when the next is."""

    due: range  # indexes of steps
    next_at: object


def follow_chain(minutes, since, done, now):
    """
    :param minutes: of each step after ``since``, ascending
    :param done: how many steps were taken
    """
    times = [since + timedelta(minutes=after) for after in minutes]
    reached = done + sum(time <= now for time in times[done:])
    return Chain(range(done, reached), times[reached] if reached < len(times) else None)


def next_reminder(last_at, interval, now):
    """The next one after ``now``, in step with the last; what was missed is missed."""
    missed = max(0, (now - last_at) // interval)
    return last_at + interval * (missed + 1)


def gaps(spans, start, end):
    """What the spans leave uncovered between ``start`` and ``end``.

    :param spans: ``(start, end)``, in any order; they may overlap
    """
    found, reached = [], start
    for begin, finish in sorted(spans):
        if begin > reached:
            found.append((reached, min(begin, end)))
        reached = max(reached, finish)
        if reached >= end:
            return found
    return [*found, (reached, end)]


def _is_in(value, chosen):
    return not chosen or value in chosen


def _never_first(until):
    return (until is not None, until)


def _most_severe_first(waiting):
    return -severity_rank(waiting.severity), waiting.id
