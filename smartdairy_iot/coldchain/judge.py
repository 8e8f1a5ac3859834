"""Batches, coolings, and what is wrong with them, by a standard. Pure.

A batch is the milk from the first milking into an empty tank until it is emptied; a
cooling is one milking into it. Whatever makes milk too warm is one condition, called
``cooling``, from its first certain sign until the milk is cold again: a dead chiller is
one alert, not five.
"""

from dataclasses import dataclass, field

from . import curve
from .sample import MINUTE
from .trend import last_median

RUNNING, MET, LATE, SUPERSEDED = "running", "met", "late", "superseded"
_LONGEST_STEP = 5 * MINUTE  # a longer one is a gap in the record
_MIXED_AFTER = 3 * MINUTE  # since the last inflow
_SURE_WINDOW = 20 * MINUTE
_SURE_SPAN = 15 * MINUTE
_SURE_FOR = 3 * MINUTE
_CLEAR_FOR = 5 * MINUTE
_BLEND_SETTLES = 15 * MINUTE
_UNKNOWN_FOR = 7200.0  # of milk that was there before us: no limit is asked so long
_OFF_FIRST = 25.0  # °C: what comes first is no warmer if the chiller runs
_RISES = 0.2  # K over a limit before it counts as left again
SEVERITIES = ("low", "medium", "high", "critical")


@dataclass
class Mark:
    """How a milking stands to one ``reach`` limit."""

    limit: int  # its place in the standard
    below_since: float | None = None
    deadline: float | None = None
    met_at: float | None = None
    verdict: str = RUNNING
    expected: list | None = None  # see curve.Arrival


@dataclass
class Cooling:
    start: float
    is_first: bool
    number: int
    batch: float  # start of its batch
    before: float | None = None  # °C
    blend: float | None = None  # °C, the warmest of the mix; of a first one at its end
    end: float | None = None
    is_estimated: bool = False  # its end
    marks: list = field(default_factory=list)
    outside: float = 0.0  # s
    verdict: str = RUNNING

    @property
    def is_final(self):
        return self.verdict != RUNNING


@dataclass
class Batch:
    start: float
    is_partial: bool = False  # its milk was there before we looked
    end: float | None = None
    milkings: int = 0
    outside: float = 0.0
    gap: float = 0.0  # s of which nothing is known
    lowest: float | None = None
    highest: float | None = None  # while nothing was added
    is_out: bool = False  # longer out of range than allowed


@dataclass
class Condition:
    """Something wrong, from its beginning to its end."""

    kind: str  # cooling, freezing, agitation, wash
    type: str
    since: float
    severity: str
    value: float | None = None
    limit: float | None = None
    peak: float | None = None
    deadline: float | None = None
    soonest: float | None = None
    clear_since: float | None = None
    until: float | None = None


@dataclass
class Judgement:
    """All that is remembered from one minute to the next."""

    time: float | None = None
    batch: Batch | None = None
    cooling: Cooling | None = None
    conditions: dict = field(default_factory=dict)  # kind → Condition
    over: dict = field(default_factory=dict)  # place of a limit → since when outside
    sure_since: float | None = None
    stirred_at: float | None = None
    empty_told: float | None = None  # which emptying was never followed by a wash


@dataclass
class Outcome:
    """What became of a stretch of time."""

    batches: dict = field(default_factory=dict)  # start → Batch
    coolings: dict = field(default_factory=dict)
    over: list = field(default_factory=list)  # Conditions that have ended


class Moment:
    """One minute under judgement."""

    def __init__(self, judged, phases, sample, standard, outcome):
        self.judged = judged
        self.phases = phases
        self.now = sample.time
        self.standard = standard
        self.outcome = outcome
        last = [(row[0], row[1]) for row in phases.recent[-6:] if row[1] is not None]
        self.celsius = last_median(last, 3)

    def judge(self, events, stirs):
        judged = self.judged
        for event in events:
            _EVENTS[event[0]](self, *event[1:])
        lasted = 0.0 if judged.time is None else self.now - judged.time
        judged.time = self.now
        if stirs or judged.stirred_at is None or lasted > _LONGEST_STEP:
            judged.stirred_at = self.now
        if judged.batch and self.celsius is not None:
            self._judge_milk(lasted)
        self._judge_agitator(stirs)
        self._judge_wash()

    # What happened ----------------------------------------------------------------

    def found(self, time):
        self._new_batch(Batch(time, is_partial=True))

    def _new_batch(self, batch):
        self.judged.batch = self.outcome.batches[batch.start] = batch
        self.judged.over.clear()

    def fill_start(self, time):
        judged = self.judged
        is_first = self.phases.is_first or judged.batch is None
        if is_first:
            self._close_batch(time)
            self._new_batch(Batch(time))
            self._ask_for_wash()
        self._supersede()
        batch = judged.batch
        batch.milkings += 1
        marks = [
            Mark(place)
            for place, limit in enumerate(self.standard.limits)
            if limit.kind == "reach" and limit.applies_to(is_first)
        ]
        cooling = Cooling(time, is_first, batch.milkings, batch.start, marks=marks)
        if not is_first:
            earlier = [row[1] for row in self.phases.recent if row[0] < time]
            cooling.before = next((c for c in reversed(earlier) if c is not None), None)
        judged.cooling = self.outcome.coolings[time] = cooling
        judged.sure_since = None

    def fill_end(self, time, is_estimated):
        cooling = self.judged.cooling
        if cooling:
            cooling.end, cooling.is_estimated = time, is_estimated
            if cooling.is_first:
                cooling.blend = self._celsius_at(time)

    def _celsius_at(self, time):
        told = [row[1] for row in self.phases.recent if row[1] is not None]
        times = [row[0] for row in self.phases.recent if row[1] is not None]
        pairs = sorted(zip(times, told, strict=True), key=lambda p: abs(p[0] - time))
        return pairs[0][1] if pairs else None

    def void(self, _time):
        """What began was no milking."""
        judged = self.judged
        cooling = judged.cooling
        if cooling is None:
            return
        self.outcome.coolings.pop(cooling.start, None)
        if judged.batch:
            judged.batch.milkings -= 1
            if judged.batch.start == cooling.start:
                self.outcome.batches.pop(judged.batch.start, None)
                judged.batch = None
        judged.cooling = None

    def emptied(self, time):
        self._supersede()
        self._close_batch(time)

    def _close_batch(self, time):
        judged = self.judged
        if judged.batch:
            judged.batch.end = time
        judged.batch = judged.cooling = None
        judged.over.clear()
        for kind in ("cooling", "freezing", "agitation"):
            self._end(kind, time)

    def _supersede(self):
        """More milk came, or it was collected, before it could be told."""
        cooling = self.judged.cooling
        if cooling and not cooling.is_final:
            for mark in cooling.marks:
                if mark.verdict == RUNNING:
                    mark.verdict = MET if mark.below_since else SUPERSEDED
                    mark.met_at = mark.below_since
            self._finish(cooling)

    def washed(self, begin, peak):
        self._end("wash", self.now)
        least = self.standard.wash_celsius
        if least and peak < least:
            self._begin(
                Condition(
                    *("wash", "wash_cold", begin, self.standard.wash_severity),
                    value=peak,
                    limit=least,
                )
            )

    # The milk ---------------------------------------------------------------------

    def _judge_milk(self, lasted):
        judged, batch, cooling = self.judged, self.judged.batch, self.judged.cooling
        known = min(lasted, _LONGEST_STEP)
        batch.gap += lasted - known
        if self.phases.phase in ("cooling", "storage"):
            batch.highest = max(batch.highest or self.celsius, self.celsius)
        lowest = batch.lowest
        batch.lowest = self.celsius if lowest is None else min(lowest, self.celsius)
        if cooling and not cooling.is_first and not cooling.is_final:
            if cooling.end is None or self.now <= cooling.end + _BLEND_SETTLES:
                cooling.blend = max(cooling.blend or self.celsius, self.celsius)
        broken, outside = [], 0.0
        for place, limit in enumerate(self.standard.limits):
            found, more = _LIMITS[limit.kind](self, place, limit, known)
            outside = max(outside, more)
            broken += found
        batch.outside += outside
        if cooling:
            cooling.outside += outside
            if cooling.end is not None and not cooling.is_final:
                if all(mark.verdict != RUNNING for mark in cooling.marks):
                    self._finish(cooling)
        most = self.standard.most_outside
        batch.is_out = batch.is_out or bool(most and batch.outside > most)
        broken += self._chiller_off()
        cold = [found for found in broken if found.type == "freezing"]
        self._hold("freezing", cold, lambda held: self.celsius >= held.limit + 0.2)
        warm = [found for found in broken if found.type != "freezing"]
        self._hold("cooling", warm, lambda held: self.celsius <= held.limit)
        judged.conditions = {k: c for k, c in judged.conditions.items() if c}

    def _finish(self, cooling):
        verdicts = {mark.verdict for mark in cooling.marks}
        order = (LATE, SUPERSEDED, MET)
        cooling.verdict = next((one for one in order if one in verdicts), MET)

    def _events(self):
        batch, cooling = self.judged.batch, self.judged.cooling
        return {
            "first_start": None if batch.is_partial else batch.start,
            "start": cooling.start,
            "end": cooling.end,
        }

    def reach(self, place, limit, lasted):
        cooling = self.judged.cooling
        mark = (
            next((m for m in cooling.marks if m.limit == place), None)
            if cooling
            else None
        )
        if mark is None:
            return [], 0.0
        if mark.verdict == LATE and mark.met_at is None:
            if self.celsius > limit.celsius:
                return [self._wrong("cooling_late", limit, mark.deadline)], lasted
            mark.met_at = self.now
        if mark.verdict != RUNNING:
            return [], 0.0
        self._watch_mark(mark, limit)
        if mark.verdict == LATE:
            return [self._wrong("cooling_late", limit, mark.deadline)], lasted
        if mark.verdict == RUNNING:
            return self._too_late_already(mark, limit), 0.0
        return [], 0.0

    def _watch_mark(self, mark, limit):
        cooling = self.judged.cooling
        if self.celsius <= limit.celsius:
            mark.below_since = mark.below_since or self.now
        elif self.celsius > limit.celsius + _RISES:
            mark.below_since = None
        mark.deadline = limit.deadline(self._events())
        is_over = mark.deadline is not None and self.now >= mark.deadline
        if mark.below_since and (cooling.end is not None or is_over):
            mark.verdict, mark.met_at = MET, mark.below_since
        elif is_over:
            mark.verdict = LATE

    def _too_late_already(self, mark, limit):
        """Not yet late, and certain to be."""
        judged, cooling, phases = self.judged, self.judged.cooling, self.phases
        mark.expected = None
        last_inflow = phases.moved_at if cooling.end is None else cooling.end
        if phases.phase == "filling" and not self._knows_inflow(last_inflow):
            return []
        since = max(last_inflow + _MIXED_AFTER, self.now - _SURE_WINDOW)
        pairs = [
            (r[0], r[1]) for r in phases.recent if r[0] >= since and r[1] is not None
        ]
        if len(pairs) < 5 or pairs[-1][0] - pairs[0][0] < _SURE_SPAN - MINUTE:
            return []
        soonest = curve.soonest(pairs, limit.celsius)
        deadline = limit.deadline(self._events() | {"end": last_inflow})
        if soonest is None or deadline is None or soonest <= deadline:
            if place_of_first(cooling) == mark.limit:
                judged.sure_since = None
            return []
        judged.sure_since = judged.sure_since or self.now
        if self.now - judged.sure_since < _SURE_FOR:
            return []
        found = self._wrong("cooling_late", limit, deadline)
        found.soonest = None if soonest == float("inf") else soonest
        return [found]

    def _knows_inflow(self, last_inflow):
        """Whether it is measured that nothing comes; a temperature does not tell."""
        row = self.phases.recent[-1]
        is_measured = row[2] is not None or row[3] is not None
        return is_measured and self.now - last_inflow >= _SURE_WINDOW

    def blend(self, place, limit, lasted):
        cooling = self.judged.cooling
        is_mixing = (
            cooling
            and limit.applies_to(cooling.is_first)
            and (cooling.end is None or self.now <= cooling.end + _BLEND_SETTLES)
        )
        return self._over(place, limit, is_mixing, "blend_high", lasted)

    def hold(self, place, limit, lasted):
        batch, cooling, phases = self.judged.batch, self.judged.cooling, self.phases
        is_kept = phases.phase in ("storage", "cooling") and (
            cooling.is_final if cooling else self._known_long_enough(batch)
        )
        if cooling and not limit.applies_to(cooling.is_first):
            is_kept = False
        return self._over(place, limit, is_kept, "storage_warm", lasted)

    def _known_long_enough(self, batch):
        return self.phases.phase == "storage" or self.now >= batch.start + _UNKNOWN_FOR

    def floor(self, place, limit, lasted):
        is_kept = self.phases.phase in ("storage", "cooling")
        return self._over(place, limit, is_kept, "freezing", lasted)

    def _over(self, place, limit, is_asked, what, lasted):
        """Outside for longer than its grace; then the grace counts as outside, too."""
        over, key = self.judged.over, str(place)
        is_out = self.celsius > limit.celsius
        if limit.kind == "floor":
            is_out = self.celsius < limit.celsius
        if not (is_asked and is_out):
            over.pop(key, None)
            return [], 0.0
        since = over.setdefault(key, self.now)
        spent = self.now - since
        if spent < limit.grace:
            return [], 0.0
        found = [self._wrong(what, limit, None)]
        return found, lasted if spent - lasted >= limit.grace else spent

    def _chiller_off(self):
        standard, cooling = self.standard, self.judged.cooling
        if not standard.off_after or self.phases.phase != "filling" or not cooling:
            return []
        if self.now - cooling.start < standard.off_after:
            return []
        most = standard.off_celsius
        if cooling.is_first:
            most = max(most, _OFF_FIRST)
        if self.celsius <= most:
            return []
        found = Condition("cooling", "chiller_off", self.now, standard.off_severity)
        found.limit, found.value = standard.off_celsius, self.celsius
        return [found]

    def _wrong(self, what, limit, deadline):
        kind = "freezing" if what == "freezing" else "cooling"
        return Condition(
            *(kind, what, self.now, limit.severity, self.celsius, limit.celsius),
            deadline=deadline,
        )

    # Conditions -------------------------------------------------------------------

    def _hold(self, kind, found, is_well):
        """One condition from its first sign until all is well again."""
        held = self.judged.conditions.get(kind)
        if not held:
            if found:
                worst = max(found, key=lambda one: SEVERITIES.index(one.severity))
                self._begin(worst)
            return
        sign = -1 if kind == "freezing" else 1
        held.peak = max(held.peak, self.celsius, key=lambda value: sign * value)
        for one in found:
            if SEVERITIES.index(one.severity) > SEVERITIES.index(held.severity):
                held.severity, held.type = one.severity, one.type
            held.limit = min(held.limit, one.limit, key=lambda value: sign * value)
            held.deadline = held.deadline or one.deadline
        if found or not is_well(held):
            held.clear_since = None
            return
        held.clear_since = held.clear_since or self.now
        if self.now - held.clear_since >= _CLEAR_FOR:
            self._end(kind, held.clear_since)

    def _begin(self, condition):
        condition.peak = condition.value
        self.judged.conditions[condition.kind] = condition

    def _end(self, kind, time):
        held = self.judged.conditions.pop(kind, None)
        if held:
            held.until = max(time, held.since)
            self.outcome.over.append(held)

    def _judge_agitator(self, stirs):
        standard, phases = self.standard, self.phases
        is_told = any(row[4] is not None for row in phases.recent)
        if stirs or not is_told or not standard.still_after:
            self._end("agitation", self.now)
        if stirs or not is_told or phases.phase not in ("cooling", "storage"):
            return
        since = max(self.judged.stirred_at, phases.since)
        if standard.still_after and self.now - since >= standard.still_after:
            if "agitation" not in self.judged.conditions:
                severity = standard.still_severity
                self._begin(Condition("agitation", "no_agitation", self.now, severity))

    def _judge_wash(self):
        after, phases = self.standard.wash_after, self.phases
        if phases.phase == "empty" and phases.emptied_at and after:
            if self.now - phases.emptied_at >= after:
                self._ask_for_wash()

    def _ask_for_wash(self):
        judged, phases = self.judged, self.phases
        if not self.standard.wash_celsius or phases.is_washed:
            return
        if phases.emptied_at is None or phases.emptied_at == judged.empty_told:
            return
        judged.empty_told = phases.emptied_at
        self._end("wash", self.now)
        severity = self.standard.wash_severity
        self._begin(Condition("wash", "wash_missed", self.now, severity))


def place_of_first(cooling):
    running = [mark.limit for mark in cooling.marks if mark.verdict == RUNNING]
    return running[0] if running else None


_EVENTS = {
    "found": Moment.found,
    "fill_start": Moment.fill_start,
    "fill_end": Moment.fill_end,
    "void": Moment.void,
    "emptied": Moment.emptied,
    "washed": Moment.washed,
}
_LIMITS = {
    "reach": Moment.reach,
    "blend": Moment.blend,
    "hold": Moment.hold,
    "floor": Moment.floor,
}
