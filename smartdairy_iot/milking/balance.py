"""Does the tank rise by what the meters counted? Pure."""

from datetime import timedelta
from statistics import median
from typing import NamedTuple

TOLERANCE = 2.0  # per cent
_READ = 5  # levels before and after, their median counts: one may slosh
_AROUND = timedelta(minutes=30)  # how far from the milking a level may be
_LASTS = timedelta(minutes=1)  # a level is an average of the minute that it begins
_SLOSH = 0.01  # of the level; a fall by more is milk that left
_LEAST = 20.0  # litres; of less a per cent says nothing
_PAUSE = timedelta(minutes=10)  # without a cow: what left the tank then is no matter


class Balance(NamedTuple):
    """``verdict``: ``ok``, ``off``, or why it is not known: ``no_level`` (the tank's
    level was not read near both ends), ``drawn`` (milk left meanwhile), ``little``."""

    metered: float  # litres
    rise: float | None
    verdict: str

    @classmethod
    def of(cls, metered, rise, tolerance=TOLERANCE):
        told = cls(metered, rise, "little")
        if metered < _LEAST:
            return told
        return told._replace(verdict="ok" if abs(told.percent) <= tolerance else "off")

    @property
    def difference(self):
        """Litres that the tank has more than was metered."""
        return None if self.rise is None else self.rise - self.metered

    @property
    def percent(self):
        if self.rise is None or not self.metered:
            return None
        return 100 * self.difference / self.metered


def waves(sessions):
    """Spans in which cows were milked without a longer pause.

    :param sessions: iterable of ``(start, end)``
    :return: list of the same, by time
    """
    found = []
    for start, end in sorted(sessions):
        if found and start - found[-1][1] < _PAUSE:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def rise_over(levels, spans):
    """What the tank rose by in all these spans.

    :return: ``(litres or None, verdict)``, as in :class:`Balance`
    """
    rise = 0.0
    for start, end in spans:
        told = balance(_LEAST, levels, start, end)
        if told.rise is None:
            return None, told.verdict
        rise += told.rise
    return rise, "ok"


def balance(metered, levels, start, end, tolerance=TOLERANCE):
    """One tank and one milking.

    :param metered: litres of its meters
    :param levels: ``[(aware datetime, litres)]`` of the tank, by time
    :param start, end: of the milking: its first cow and its last
    """
    before = [v for t, v in levels if start - _AROUND <= t <= start - _LASTS]
    before = before[-_READ:]
    after = [v for t, v in levels if end <= t <= end + _AROUND][:_READ]
    if not before or not after:
        return Balance(metered, None, "no_level")
    first, last = median(before), median(after)
    if _fell([first, *(v for t, v in levels if start < t < end), last]):
        return Balance(metered, None, "drawn")
    return Balance.of(metered, last - first, tolerance)


def _fell(values):
    highest = 0.0
    for value in values:
        highest = max(highest, value)
        if value < highest - max(_LEAST, _SLOSH * highest):
            return True
    return False
