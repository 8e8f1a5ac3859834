"""What the report says, from plain inputs. Pure.

Times are ISO 8601 in the farm's zone, temperatures °C. Renderers only draw it; it is
JSON (:mod:`.seal`), so a signed one is drawn years later as it was signed.
"""

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from ..coldchain.sample import MINUTE
from .replay import Replay, replay
from .span import clip, gaps

VERSION = 1
OK, OUTSIDE, INCOMPLETE, CONDENSED, EMPTY = (
    *("ok", "outside", "incomplete", "condensed", "empty"),
)
OPEN = "open"  # the day is not over
_QUARTER = 900.0


@dataclass
class TankInput:
    """What is known of a tank; ``samples`` begin some days before the period."""

    name: str
    tank: object  # coldchain.sample.Tank
    standard: object  # coldchain.standard.Standard
    sentences: list = field(default_factory=list)  # of its limits
    source: str = ""  # the law
    probe: str = ""
    product: str = ""
    interval: float = 60.0  # s between the probe's readings
    samples: list = field(default_factory=list)
    quarters: list = field(default_factory=list)  # [(time, low, average, high)]
    alerts: list = field(default_factory=list)  # [{started: s, …}]
    calibrations: list = field(default_factory=list)  # dicts, oldest first
    calibration_due: str | None = None  # of a probe that was never calibrated


def build(farm, days, tanks, now, zone, gap_intervals=3, quality=()):
    """The whole data set.

    :param farm: ``{"name", "tz", …}``, kept as it is
    :param days: of :func:`.span.days`
    :param now: s; what comes later is no gap
    :param quality: ``[{"day": ISO date, …}]`` of the days that have one
    """
    graded = {row["day"]: row for row in quality}
    return {
        "version": VERSION,
        "farm": dict(farm),
        "start": days[0].date.isoformat(),
        "end": days[-1].date.isoformat(),
        "built_at": _iso(now, zone),
        "gap_intervals": gap_intervals,
        "tanks": [
            _Builder(one, days, now, zone, gap_intervals).build() for one in tanks
        ],
        "quality": [
            graded.get(day.date.isoformat(), {"day": day.date.isoformat()})
            for day in days
        ],
    }


class _Builder:
    def __init__(self, tank, days, now, zone, gap_intervals):
        self.tank, self.days, self.now, self.zone = tank, days, now, zone
        self.longest = gap_intervals * max(tank.interval, MINUTE)
        said = tank.samples
        self.found = replay(said, tank.tank, tank.standard) if said else Replay()
        told = sorted(
            (s.time, s.temperature) for s in said if s.temperature is not None
        )
        self.minutes = [time for time, _celsius in told]
        self.celsius = [celsius for _time, celsius in told]

    def build(self):
        tank, limits = self.tank, self.tank.standard.limits
        days = [self._day(day) for day in self.days]
        return {
            "name": tank.name,
            "probe": tank.probe,
            "product": tank.product,
            "capacity": tank.tank.capacity,
            "standard": tank.standard.name,
            "source": tank.source,
            "limits": list(tank.sentences),
            "lines": [[limit.kind, limit.celsius] for limit in limits],
            "interval": tank.interval,
            "calibrations": tank.calibrations,
            "calibration": self._calibration_status(),
            "days": days,
            "totals": {
                "outside_minutes": sum(day["outside_minutes"] for day in days),
                "gap_minutes": sum(day["gap_minutes"] for day in days),
                "milkings": sum(len(day["milkings"]) for day in days),
                "late": sum(
                    milking["verdict"] == "late"
                    for day in days
                    for milking in day["milkings"]
                ),
                "alerts": sum(len(day["alerts"]) for day in days),
                "empty_days": sum(day["verdict"] == EMPTY for day in days),
            },
        }

    def _calibration_status(self):
        """``never``, ``overdue`` at the end of the period, or ``valid``; its due."""
        last = self.tank.calibrations[-1] if self.tank.calibrations else None
        due = last["due"] if last else self.tank.calibration_due
        state = "valid" if last else "never"
        if due and due < self.days[-1].date.isoformat():
            state = "overdue"
        return {"state": state, "due": due}

    def _day(self, day):
        until = max(day.start, min(day.end, self.now))
        quarters = [q for q in self.tank.quarters if day.start <= q[0] < until]
        minutes = [m for m in self.minutes if day.start <= m < until]
        known = [q for q in quarters if q[2] is not None]
        holes = self._gaps(day, until, known, minutes)
        low, high = self._kept(day, known)
        said = {
            "day": day.date.isoformat(),
            "hours": day.hours,
            "readings_minutes": len(minutes),
            "low": low,
            "high": high,
            "milkings": self._milkings(day),
            "outside_minutes": round(
                sum(s for t, s in self.found.outside if day.start <= t < day.end)
                / MINUTE
            ),
            "gaps": [
                {
                    "start": _iso(begin, self.zone),
                    "end": _iso(end, self.zone),
                    "minutes": round((end - begin) / MINUTE),
                }
                for begin, end in holes
            ],
            "gap_minutes": round(sum(e - b for b, e in holes) / MINUTE),
            "alerts": [self._alert(alert) for alert in self._alerts_of(day)],
            "chart": self._chart(day, known),
        }
        has_begun = day.start < until
        said["verdict"] = (
            _verdict(said, bool(known), until < day.end) if has_begun else OPEN
        )
        return said

    def _kept(self, day, quarters):
        """Coldest and warmest of the milk, while none was added.

        Of a day that is not judged, of all that was measured.
        """
        kept = [
            span
            for span in clip(self.found.phases, day.start, day.end)
            if span[0] in ("cooling", "storage")
        ]
        told = [
            celsius
            for _phase, begin, end in kept
            for celsius in self._temperatures(begin, end)
        ]
        if not self.found.phases:
            told = [value for q in quarters for value in (q[1], q[3])]
        return (_round(min(told, default=None)), _round(max(told, default=None)))

    def _temperatures(self, begin, end):
        first, last = (bisect_left(self.minutes, at) for at in (begin, end))
        return self.celsius[first:last]

    def _gaps(self, day, until, quarters, minutes):
        if minutes or not quarters:
            return gaps(minutes, day.start, until, self.longest)
        # Readings were dropped; of quarters, holes are known to a quarter.
        starts = [q[0] + n * MINUTE for q in quarters for n in range(15)]
        return gaps(starts, day.start, until, max(self.longest, _QUARTER))

    def _milkings(self, day):
        return [
            self._milking(cooling)
            for cooling in self.found.coolings
            if day.start <= cooling.start < day.end
        ]

    def _milking(self, cooling):
        limits = self.tank.standard.limits
        return {
            "number": cooling.number,
            "is_first": cooling.is_first,
            "start": _iso(cooling.start, self.zone),
            "end": _iso(cooling.end, self.zone),
            "is_estimated": cooling.is_estimated,
            "before": _round(cooling.before),
            "blend": _round(cooling.blend),
            "limits": [
                {
                    "celsius": limits[mark.limit].celsius,
                    "deadline": _iso(mark.deadline, self.zone),
                    "met_at": _iso(mark.met_at, self.zone),
                    "minutes": _minutes(cooling.end, mark.met_at),
                    "from_start": _minutes(cooling.start, mark.met_at),
                    "verdict": mark.verdict,
                }
                for mark in cooling.marks
            ],
            "outside_minutes": round(cooling.outside / MINUTE),
            "verdict": cooling.verdict,
        }

    def _alerts_of(self, day):
        """Those that began then; those of before, on the first day."""
        is_first = day == self.days[0]
        return [
            alert
            for alert in self.tank.alerts
            if alert["started"] < day.end
            and (is_first or alert["started"] >= day.start)
        ]

    def _alert(self, alert):
        times = {name: _iso(alert[name], self.zone) for name in ("started", "ended")}
        return {**alert, **times}

    def _chart(self, day, quarters):
        """Seconds since midnight; a gap separates ``runs``."""
        points = [
            [round(t - day.start), *(round(value, 2) for value in values)]
            for t, *values in quarters
        ]
        phases = clip(self.found.phases, day.start, day.end)
        return {
            "seconds": round(day.end - day.start),
            "ticks": [
                [round(at - day.start), _hour(at, self.zone)]
                for at in _each_hours(day, 3, self.zone)
            ],
            "runs": _runs(points),
            "phases": [
                [name, round(begin - day.start), round(end - day.start)]
                for name, begin, end in phases
            ],
        }


def _verdict(said, has_quarters, is_open):
    if not said["readings_minutes"]:
        return CONDENSED if has_quarters else EMPTY
    is_late = any(milking["verdict"] == "late" for milking in said["milkings"])
    if said["outside_minutes"] or is_late:
        return OUTSIDE
    if said["gaps"]:
        return INCOMPLETE
    return OPEN if is_open else OK


def _runs(points):
    runs = []
    for before, point in pairwise([None, *points]):
        if before is None or point[0] - before[0] > _QUARTER:
            runs.append([])
        runs[-1].append(point)
    return runs


def _each_hours(day, step, zone):
    """Moments at which the farm's clock shows a whole multiple of ``step`` hours."""
    at = day.start
    while at <= day.end:
        local = datetime.fromtimestamp(at, zone)
        if local.hour % step == 0 and local.minute == 0:
            yield at
        at += 1800


def _hour(at, zone):
    return f"{datetime.fromtimestamp(at, zone):%H}"


def _iso(seconds, zone):
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, zone).replace(microsecond=0).isoformat()


def _minutes(end, met_at):
    if end is None or met_at is None:
        return None
    return max(0, round((met_at - end) / MINUTE))


def _round(celsius):
    return None if celsius is None else round(celsius, 1)
