"""What a device measured and does not usually measure at that hour. Pure.

Each hour is compared with the same hour of the 28 days before its own. From their
median it is apart by a modified z-score (Iglewicz and Hoaglin, "How to Detect and
Handle Outliers", ASQC 1993): 0.6745 × (value − median) / MAD, where MAD is the median
absolute deviation; over 3.5 it is an anomaly. Of 28 values a MAD is rough: it counts as
no less than that of all hours of those days, each from its own median. So

* what recurs each day, such as warm milk in a tank after each milking, is none,
* a few bad hours or one bad day do not become the normal,
* a season that drifts does not become an anomaly,
* only the past counts: what was an anomaly remains one, whatever span one looks at.

It is no alert: alerts are what the rules say.
"""

from bisect import bisect_left, insort
from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import NamedTuple

LIMIT = 3.5
DAYS = 28  # of the baseline: read so many before those that are asked for
_ENOUGH = 7  # values at that hour; of fewer there is no verdict
_NORMAL = 0.6745  # MAD of a standard normal distribution
_HOUR = timedelta(hours=1)
# No spread is less than what such instruments tell apart: a probe that always said
# 4.0 °C has no anomaly at 4.1 °C.
_LEAST = {
    "temperature": 0.2,
    "humidity": 1.0,
    "pressure": 0.02,
    "ph": 0.05,
    "conductivity": 0.05,
    "fat_percent": 0.05,
    "protein_percent": 0.05,
}
_LEAST_PART = 0.01  # of the median, for all others


class Anomaly(NamedTuple):
    """One or more hours on end, on one side of what is usual."""

    start: datetime  # aware, of its first hour
    end: datetime  # of its last hour's end
    value: float  # the hour's average that is the furthest off
    expected: float  # the median at that hour
    score: float  # modified z-score; negative: too low
    hours: int

    @property
    def side(self):
        return "low" if self.score < 0 else "high"


class Verdict(NamedTuple):
    time: datetime
    value: float
    expected: float | None  # None: too little is known yet
    score: float | None  # up to LIMIT it is a bound: no further from it

    @property
    def is_anomaly(self):
        return self.score is not None and abs(self.score) > LIMIT


def anomalies(points, zone, reading_type, since=None):
    """
    :param points: ``[(aware datetime, hour's average or None)]``, by time, with those
        of up to :data:`DAYS` days before ``since``
    :param zone: the farm's :class:`~zoneinfo.ZoneInfo`
    :param reading_type: as in ``codec.number``
    :param since: aware datetime; None for all
    :return: list of :class:`Anomaly`, by time
    """
    found = []
    for verdict in judge(points, zone, reading_type, since):
        if not verdict.is_anomaly:
            continue
        one = Anomaly(verdict.time, verdict.time + _HOUR, *verdict[1:], 1)
        if found and _goes_on(found[-1], one):
            one = _joined(found.pop(), one)
        found.append(one)
    return found


def judge(points, zone, reading_type, since=None):
    """:return: yields a :class:`Verdict` for each hour that has a value"""
    baseline = _Baseline(reading_type)
    for time, value in points:
        if value is None:
            continue
        local = time.astimezone(zone)
        day = local.date().toordinal()
        baseline.advance(day)
        if since is None or time >= since:
            expected, score = baseline.compare(local.hour, value)
            yield Verdict(time, value, expected, score)
        baseline.add(day, local.hour, value)


def _goes_on(before, one):
    return before.end == one.start and (before.score < 0) == (one.score < 0)


def _joined(before, one):
    worst = max(before, one, key=lambda part: abs(part.score))
    return worst._replace(
        start=before.start, end=one.end, hours=before.hours + one.hours
    )


class _Baseline:
    """What is known of the last days, by hour of the day and in order of size."""

    def __init__(self, reading_type):
        self._least = _LEAST.get(reading_type)
        self._hours = defaultdict(list)
        self._kept = deque()  # (day, hour, value) by time
        self._today = []
        self._day = None
        self._spread = None  # of all hours, on this day; None: nobody needed it yet

    def advance(self, day):
        """Yesterday becomes known, and what is too old is forgotten."""
        if day == self._day:
            return
        for known in self._today:
            insort(self._hours[known[1]], known[2])
        self._kept += self._today
        self._day, self._today, self._spread = day, [], None
        while self._kept and self._kept[0][0] < day - DAYS:
            _day, hour, value = self._kept.popleft()
            del self._hours[hour][bisect_left(self._hours[hour], value)]

    def add(self, day, hour, value):
        self._today.append((day, hour, value))

    def compare(self, hour, value):
        """The widest of three spreads counts. Most values are usual by a narrower one
        already, and then the others are not computed.

        :return: ``(expected, score)``
        """
        known = self._hours[hour]
        if len(known) < _ENOUGH:
            return None, None
        expected = _middle(known)
        spread = self._least or abs(expected) * _LEAST_PART or 1.0
        for wider in (lambda: _spread([known]), self._spread_of_all):
            if abs(value - expected) <= LIMIT * spread:
                break
            spread = max(spread, wider())
        return expected, (value - expected) / spread

    def _spread_of_all(self):
        if self._spread is None:
            self._spread = _spread(self._hours.values())
        return self._spread


def _spread(groups):
    """Of values around the median of their group, by the median of all distances.

    :param groups: sorted lists
    """
    middles = [(_middle(values), values) for values in groups if values]
    apart = [abs(value - middle) for middle, values in middles for value in values]
    return _middle(sorted(apart)) / _NORMAL if apart else 0.0


def _middle(values):
    """Their median. :param values: sorted, at least one"""
    half = len(values) // 2
    return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2
