"""Milkings, made of what a meter said: the same whatever came late or twice. Pure.

A milking is a function of the *set* of its messages. They are put in the order of
their own times first, so the order of arrival, duplicates and batches make no
difference. Messages of one device and one session id are cut where

* nothing was milked for longer than the meter's silence, unless a milking that was
  begun and not ended goes on under its session id within the hour,
* a start follows an end, or names another animal: session ids are used again; so does
  another animal after an end, whose start was lost,
* without a session id: also where the animal changes, or anything follows an end.

A reading without flow or volume is no sign of milking: a meter that always sends does
not milk for ever.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import exp, fsum, log

from .message import END, READING, START, in_order
from .volume import added

_GOES_ON = timedelta(hours=1)  # a milking that was begun, after a gap in its messages
_TRAILS = timedelta(seconds=5)  # a reading after the end that is still of it
_SHORTEST = timedelta(seconds=30)  # of fewer there is no average flow
_BETWEEN = timedelta(seconds=1), timedelta(minutes=2)  # two readings that tell a flow


@dataclass(frozen=True, slots=True)
class Session:
    """One milking at one meter. What nobody measured is None."""

    session: str | None
    animal: int | None
    tag: str | None
    start: datetime
    end: datetime  # the last that it said, while it runs
    has_start: bool
    has_end: bool
    liters: float
    measured: float  # what its readings add up to, where the end declares the whole
    average_flow: float | None  # L/min
    peak_flow: float | None
    fat: float | None  # %, by volume
    protein: float | None
    conductivity: float | None  # mS/cm, the mean
    conductivity_max: float | None
    scc: float | None  # cells/mL, the geometric mean
    messages: int
    delay: float  # seconds, of the message that came last


def build(messages, meter, before=None, since=None):
    """The milkings of one device and session id.

    :param messages, since: as those of :func:`split`, in any order, any number of times
    :param before: function of an aware datetime → what a ``counter`` showed last
        before it, or None
    :return: list of :class:`Session` by start
    """
    sessions = []
    for episode in split(messages, meter, since):
        shown = (
            before(episode[0].time) if before and meter.volume == "counter" else None
        )
        if session := summarize(episode, meter, shown):
            sessions.append(session)
    return sessions


def split(messages, meter, since=None):
    """
    :param messages: those of up to a silence before ``since``, too: they only tell what
        the meter showed
    :param since: aware datetime; None for all
    :return: a list of messages, in order, for each milking
    """
    episodes, before = [], None
    for message in in_order(messages):
        if before and message.time - before.time > meter.silence:
            before = None
        milks = _milks(message, before and before.volume, meter)
        if message.volume is not None or before is None:
            before = message
        else:
            before = message._replace(volume=before.volume)
        if since and message.time < since:
            continue
        last = episodes[-1] if episodes else None
        if last is None or message.time - last.active > last.patience(message, meter):
            if milks:
                episodes.append(_Episode(message))
        elif last.is_over(message):
            episodes.append(_Episode(message))
        else:
            last.add(message, milks)
    return [episode.messages for episode in episodes]


def reach(meter, session):
    """How far two messages under that session id may be apart and of one milking."""
    return meter.silence if session is None else max(meter.silence, _GOES_ON)


def _milks(message, shown, meter):
    """Whether it says that milk flows: None of both says nothing to the contrary."""
    if message.kind != READING or (message.flow is None and message.volume is None):
        return True
    stands = meter.volume != "delta" and message.volume == shown
    return bool(message.flow) or (bool(message.volume) and not stands)


class _Episode:
    __slots__ = ("messages", "active", "animal", "begun", "ended", "_idle")

    def __init__(self, message):
        self.messages, self._idle = [], []
        self.active = self.animal = self.ended = None
        self.begun = False
        self.add(message, milks=True)

    def add(self, message, milks):
        if not milks:
            self._idle.append(message)  # of it only if milk flows again
            return
        self.messages += [*self._idle, message]
        self._idle.clear()
        self.active = message.time
        if self.animal is None:
            self.animal = message.animal
        if message.kind == START:
            self.begun = True
        if message.kind == END:
            self.ended = message.time

    def patience(self, message, meter):
        """How long after the last milk this may still be of it."""
        is_open = self.begun and self.ended is None and message.session is not None
        goes_on = is_open and message.kind != START
        return reach(meter, message.session) if goes_on else meter.silence

    def is_over(self, message):
        """Whether this is of another milking, though the meter was not silent."""
        is_other = None not in (message.animal, self.animal) and (
            message.animal != self.animal
        )
        if message.kind == START:
            return self.ended is not None or is_other
        if message.session is not None:
            return self.ended is not None and is_other
        trails = self.ended is None or message.time - self.ended <= _TRAILS
        return is_other or not trails


def summarize(messages, meter, before=None):
    """:return: a :class:`Session`; None where nothing was milked, begun or ended"""
    litres = added(messages, meter, before)
    measured = fsum(litres)
    said = [m.volume for m in messages if m.kind == END and m.volume is not None]
    total = said[-1] if said and meter.volume == "delta" else measured
    starts = [m.time for m in messages if m.kind == START]
    ends = [m.time for m in messages if m.kind == END]
    if not (total or starts or ends):
        return None
    # Whatever was said a moment before the start or after the end is of it.
    start, end = messages[0].time, messages[-1].time
    return Session(
        session=messages[0].session,
        animal=_most(messages, "animal"),
        tag=_most(messages, "tag"),
        start=start,
        end=end,
        has_start=bool(starts),
        has_end=bool(ends),
        liters=total,
        measured=measured,
        average_flow=_average_flow(total, end - start),
        peak_flow=_peak_flow(messages, litres),
        fat=_by_volume(messages, litres, "fat"),
        protein=_by_volume(messages, litres, "protein"),
        conductivity=_mean(_values(messages, "conductivity")),
        conductivity_max=max(_values(messages, "conductivity"), default=None),
        scc=geometric_mean(_values(messages, "scc")),
        messages=len(messages),
        delay=max(message.delay for message in messages),
    )


def _most(messages, name):
    """What most of them say; of as many, what was said last."""
    said = [v for m in reversed(messages) if (v := getattr(m, name)) is not None]
    return Counter(said).most_common(1)[0][0] if said else None


def _values(messages, name):
    return [v for m in messages if (v := getattr(m, name)) is not None]


def _mean(values):
    return fsum(values) / len(values) if values else None


def geometric_mean(values, weights=None):
    """Of those over zero: cells are spread by factors, not by sums."""
    weights = weights or [1.0] * len(values)
    known = [(v, w) for v, w in zip(values, weights, strict=True) if v and w > 0]
    if not known:
        return None
    return exp(fsum(w * log(v) for v, w in known) / fsum(w for _v, w in known))


def _by_volume(messages, litres, name):
    """A litre counts, not a message. What the end says is of the whole milking."""
    said = _values([m for m in messages if m.kind == END], name)
    if said:
        return said[-1]
    known = [
        (value, liters)
        for message, liters in zip(messages, litres, strict=True)
        if (value := getattr(message, name)) is not None
    ]
    volume = fsum(liters for _value, liters in known)
    if not volume:
        return _mean([value for value, _liters in known])
    return fsum(value * liters for value, liters in known) / volume


def _average_flow(liters, duration):
    if duration < _SHORTEST:
        return None
    return liters / (duration.total_seconds() / 60)


def _peak_flow(messages, litres):
    """What the meter says, or what its volumes tell between two messages."""
    if flows := _values(messages, "flow"):
        return max(flows)
    shortest, longest = _BETWEEN
    told = [
        more / ((message.time - earlier.time).total_seconds() / 60)
        for (earlier, message), more in zip(pairwise(messages), litres[1:], strict=True)
        if more and shortest <= message.time - earlier.time <= longest
    ]
    return max(told, default=None)


def closing(session, meter, now, next_start=None):
    """How a milking stands.

    :param now: aware datetime
    :param next_start: when the device began its next milking, None: it has not
    :return: ``(state, closed by)``: ``running``, ``closed`` or ``incomplete``; by
        ``end``, ``next`` or ``silence``, None while it runs
    """
    limit = session.end + meter.silence
    if session.has_end:
        by = "end"
    elif next_start is not None and session.end < next_start <= limit:
        by = "next"
    elif now > limit:
        by = "silence"
    else:
        return "running", None
    # A meter that sends neither start nor end has nothing missing.
    return "closed" if session.has_start == session.has_end else "incomplete", by


def scopes(changed, known, within):
    """What has to be built anew when messages came: whole milkings, and no more.

    A milking that is further from all of them stays what it is: what cut it off from
    its neighbours is its own first message.

    :param changed: ``[(start, end)]`` where messages came
    :param known: ``[(start, end)]`` of the milkings of that session id so far
    :param within: :func:`reach` of that session id
    :return: ``[(start, end)]``, by time and apart
    """
    near = [
        span
        for span in known
        if any(span[0] <= e + within and span[1] >= s - within for s, e in changed)
    ]
    merged = []
    for start, end in sorted([*changed, *near]):
        if merged and start <= merged[-1][1] + within:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


def match(known, sessions):
    """Which of the milkings that are kept is which of those made anew.

    :param known: ``[(start, end)]``, by start
    :param sessions: list of :class:`Session`, by start
    :return: for each session the index in ``known``, or None
    """
    left, found = list(range(len(known))), []
    for session in sessions:
        same = next(
            (
                n
                for n in left
                if known[n][0] <= session.end and known[n][1] >= session.start
            ),
            None,
        )
        if same is not None:
            left.remove(same)
        found.append(same)
    return found
