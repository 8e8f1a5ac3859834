"""One minute under judgement, and the conditions that go on from one to the next. Pure.

Whatever makes milk too warm is one condition, called ``cooling``, from its first
certain sign until the milk is cold again: a dead chiller is one alert, not five.
"""

from .records import SEVERITIES, Condition
from .sample import MINUTE
from .trend import last_median

_CLEAR_FOR = 5 * MINUTE


class Moment:
    """What is known in this minute, and where what is found goes."""

    def __init__(self, judged, phases, sample, standard, outcome):
        self.judged = judged
        self.phases = phases
        self.now = sample.time
        self.standard = standard
        self.outcome = outcome
        last = [(row[0], row[1]) for row in phases.recent[-6:] if row[1] is not None]
        self.celsius = last_median(last, 3)

    def temperatures(self, since=float("-inf")):
        """``[(time, °C)]`` of what is remembered."""
        recent = self.phases.recent
        return [(r[0], r[1]) for r in recent if r[0] >= since and r[1] is not None]

    def wrong(self, what, limit, deadline=None):
        """:return: a :class:`~.records.Condition` of the milk, not yet begun"""
        kind = "freezing" if what == "freezing" else "cooling"
        return Condition(
            *(kind, what, self.now, limit.severity, self.celsius, limit.celsius),
            deadline=deadline,
        )

    def begin(self, condition):
        condition.peak = condition.value
        self.judged.conditions[condition.kind] = condition

    def end(self, kind, time):
        held = self.judged.conditions.pop(kind, None)
        if held:
            held.until = max(time, held.since)
            self.outcome.over.append(held)

    def hold(self, kind, found, is_well):
        """One condition from its first sign until all is well again.

        :param found: what is wrong with the milk in this minute
        :param is_well: of the condition that goes on → whether the milk is well again
        """
        held = self.judged.conditions.get(kind)
        if held:
            self._go_on(held, found)
            self._end_when_well(held, bool(found) or not is_well(held))
        elif found:
            self.begin(max(found, key=lambda one: SEVERITIES.index(one.severity)))

    def _go_on(self, held, found):
        sign = -1 if held.kind == "freezing" else 1
        held.peak = max(held.peak, self.celsius, key=lambda value: sign * value)
        for one in found:
            if SEVERITIES.index(one.severity) > SEVERITIES.index(held.severity):
                held.severity, held.type = one.severity, one.type
            held.limit = min(held.limit, one.limit, key=lambda value: sign * value)
            held.deadline = held.deadline or one.deadline

    def _end_when_well(self, held, is_wrong):
        if is_wrong:
            held.clear_since = None
            return
        held.clear_since = held.clear_since or self.now
        if self.now - held.clear_since >= _CLEAR_FOR:
            self.end(held.kind, held.clear_since)
