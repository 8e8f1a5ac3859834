"""What happens in a tank: a state machine over minutes in the order of time. Pure.

With a volume, a milking is what raises it; its end is the last rise, known when nothing
has come for a while. A flow sensor tells the same sooner. With a temperature alone, a
milking is a rise that no wall lets through and no hot water makes; its end is the last
rise, or its usual length later, and counts as estimated. Milk never is as warm as the
water of a wash.
"""

from dataclasses import dataclass, field

from .sample import MINUTE
from .trend import last_median, noise

PHASES = ("empty", "filling", "cooling", "storage", "emptying", "washing")
KEPT = 30 * MINUTE  # of what was heard
_WATER = 45.0  # °C that only a wash reaches
_RINSE = 30.0
_LUKEWARM = 42.0
_WASH_ENDS = 15 * MINUTE  # without warm water or agitator
_LONGEST_WASH = 120 * MINUTE
_DRAINED = 10 * MINUTE  # without a fall
_FLOWS = 0.3  # L/min
_WARMS = 0.7  # K in half an hour: no wall of a tank lets so much through
_AIR_SETTLES = 90 * MINUTE  # after a cold rinse, the air in the tank warms as milk does
_AIR_JUMP = 12.0  # K in ten minutes: no milk warms so fast
_FALSE_START = 45 * MINUTE
_TEN = 10 * MINUTE


@dataclass
class Phases:
    """All that is remembered from one minute to the next."""

    phase: str = ""  # nothing is known
    since: float = 0.0
    recent: list = field(default_factory=list)  # [[time, °C, L, L/min, runs], …]
    level: float | None = None  # L while nothing flows
    extreme: float | None = None  # L or °C: the highest while filling; lowest emptying
    moved_at: float = 0.0  # when it last was a new one: the last inflow
    fill_start: float = 0.0
    is_first: bool = False
    emptied_at: float | None = None
    is_washed: bool = False  # since it was emptied
    wash_start: float = 0.0
    warm_at: float = 0.0
    wash_peak: float = 0.0
    wash_from: float = 0.0  # °C before it


@dataclass
class Look:
    """What is known in this minute."""

    time: float
    celsius: float | None
    volume: float | None
    flows: bool
    stirs: bool
    temperatures: list
    volumes: list

    @property
    def last_ten(self):
        return [pair for pair in self.temperatures if pair[0] > self.time - _TEN]

    @property
    def rise(self):
        """K above the coldest of ten minutes."""
        if self.celsius is None:
            return 0.0
        coldest = min((value for _t, value in self.last_ten), default=self.celsius)
        return self.celsius - coldest

    @property
    def is_water(self):
        return self.celsius is not None and self.celsius >= _WATER


def step(state, sample, tank):
    """Go on by one minute.

    :return: list of events: ``("found", time)``, ``("fill_start", time)``,
        ``("fill_end", time, is estimated)``, ``("void", time)`` of a filling that was
        none, ``("emptied", time)``, ``("washed", begin, highest °C)``
    """
    recent = state.recent
    if recent and sample.time - recent[-1][0] > KEPT:
        recent.clear()
    recent.append(list(sample))
    while recent[0][0] <= sample.time - KEPT:
        recent.pop(0)
    look = _look(recent, sample.time)
    if look.celsius is None and look.volume is None and not look.flows:
        return []
    events = []
    _TURNS[state.phase](state, look, tank, events)
    return events


def _look(recent, now):
    temperatures = [(row[0], row[1]) for row in recent if row[1] is not None]
    volumes = [(row[0], row[2]) for row in recent if row[2] is not None]
    last = recent[-3:]
    return Look(
        now,
        last_median(temperatures, 3),
        last_median(volumes, 5),
        sum(1 for row in last if row[3] is not None and row[3] > _FLOWS) >= 2,
        sum(1 for row in recent[-5:] if row[4]) >= 3,
        temperatures,
        volumes,
    )


def step_litres(look, tank):
    """How much more is no noise."""
    return max(tank.step_litres, 3.5 * noise([value for _t, value in look.volumes]))


def _turn(state, phase, time):
    state.phase, state.since = phase, time


def _unknown(state, look, tank, events):
    if len(state.recent) < 3:
        return
    if look.is_water:
        _begin_wash(state, look)
        return
    has_milk = look.celsius is not None and look.celsius <= tank.cold + 4.0
    if look.volume is not None:
        has_milk = look.volume > tank.empty_litres
    state.level = look.volume
    if not has_milk:
        _turn(state, "empty", look.time)
        return
    events.append(("found", look.time))
    _rest(state, look, tank, look.time)


def _rest(state, look, tank, since):
    """Milk to which nothing is added."""
    is_cold = look.celsius is not None and look.celsius <= tank.cold
    _turn(state, "storage" if is_cold else "cooling", since)


def _kept(state, look, tank, events):
    """Cooling and storage."""
    if look.is_water or (look.volume is None and look.rise >= _AIR_JUMP):
        _empty(state, look, events)
        _begin_wash(state, look)
    elif look.flows:
        _begin_fill(state, look, False, look.time - MINUTE, events)
    elif look.volume is None:
        _kept_unmeasured(state, look, events)
    elif look.volume <= tank.empty_litres:
        _empty(state, look, events)
    elif not _follow_level(state, look, tank, events, False):
        change = look.volume - state.level
        if change < -2 * tank.step_litres and change < -2 * step_litres(look, tank):
            state.extreme, state.moved_at = look.volume, look.time
            _turn(state, "emptying", look.time)
    if state.phase == "cooling" and look.celsius is not None:
        if look.celsius <= tank.cold:
            _turn(state, "storage", look.time)


def _kept_unmeasured(state, look, events):
    if look.celsius is None:
        return
    coldest = min(look.temperatures, key=lambda pair: pair[1])
    rise = look.celsius - coldest[1]
    if rise < max(_WARMS, 6.0 * noise([value for _t, value in look.temperatures])):
        return
    _begin_fill(state, look, False, coldest[0], events)


def _follow_level(state, look, tank, events, is_first):
    """Slow drifts are no milk. :return: whether a filling began"""
    if state.level is None:
        state.level = look.volume
    change = look.volume - state.level
    least = max(tank.step_litres, tank.empty_litres / 2 if is_first else 0.0)
    if change > least and change > (least := step_litres(look, tank)):
        _begin_fill(state, look, is_first, _rose_at(state, look, least), events)
        return True
    if abs(change) <= tank.step_litres:
        state.level += 0.02 * change
    return False


def _rose_at(state, look, least):
    """The first minute of the rise that is going on."""
    begin = look.time
    for time, value in reversed(look.volumes):
        if value <= state.level + least / 3:
            break
        begin = time
    return begin


def _begin_fill(state, look, is_first, begin, events):
    state.fill_start, state.is_first = begin, is_first
    state.extreme = look.celsius if look.volume is None else look.volume
    state.moved_at = look.time
    _turn(state, "filling", begin)
    events.append(("fill_start", begin))


def _filling(state, look, tank, events):
    is_air = look.volume is None and look.rise >= _AIR_JUMP and not state.is_first
    if look.is_water or is_air:
        if look.time - state.fill_start < _FALSE_START:
            events.append(("void", look.time))
        _empty(state, look, events)
        _begin_wash(state, look)
        return
    if look.flows:
        state.moved_at = look.time
    if look.volume is not None:
        if _drains(state, look, tank, events):
            return
    elif state.extreme is None or (look.celsius or 0.0) > state.extreme + 0.15:
        state.extreme, state.moved_at = look.celsius, look.time
    end, is_estimated = _end_of_fill(state, look, tank)
    if look.time - end >= tank.milking_gap:
        _end_fill(state, look, tank, end, is_estimated, events)


def _end_fill(state, look, tank, end, is_estimated, events):
    is_empty = look.volume is not None and look.volume <= tank.empty_litres
    if state.is_first and is_empty:  # as before: it was no milk
        events.append(("void", look.time))
        _turn(state, "empty", look.time)
        return
    events.append(("fill_end", end, is_estimated))
    state.level = look.volume
    _rest(state, look, tank, end)


def _drains(state, look, tank, events):
    """:return: whether the milk is already leaving"""
    if state.extreme is None or not look.volumes:
        state.extreme = look.volume
    least = step_litres(look, tank)
    if look.volume > state.extreme + max(tank.step_litres / 3, least / 2):
        state.extreme = look.volume
        state.moved_at = max(state.fill_start, look.time - 2 * MINUTE)
    elif look.volume < state.extreme - 3 * least:
        events.append(("fill_end", state.moved_at, False))
        if look.volume <= tank.empty_litres:
            _empty(state, look, events)
        else:
            state.extreme, state.moved_at = look.volume, look.time
            _turn(state, "emptying", look.time)
        return True
    return False


def _end_of_fill(state, look, tank):
    is_measured = look.volume is not None or any(
        row[3] is not None for row in state.recent
    )
    if is_measured:
        return state.moved_at, False
    latest = max(state.moved_at, state.fill_start + tank.usual_milking)
    return min(latest, state.fill_start + 2 * tank.usual_milking), True


def _emptying(state, look, tank, events):
    if look.is_water:
        _empty(state, look, events)
        _begin_wash(state, look)
    elif look.volume is None:
        if look.time - state.moved_at >= KEPT:
            _rest(state, look, tank, look.time)
    elif look.volume <= tank.empty_litres:
        _empty(state, look, events)
    elif look.volume < state.extreme - tank.step_litres / 3:
        state.extreme, state.moved_at = look.volume, look.time
    elif look.time - state.moved_at >= _DRAINED:
        state.level = look.volume
        _rest(state, look, tank, look.time)


def _empty(state, look, events):
    _turn(state, "empty", look.time)
    state.emptied_at, state.is_washed = look.time, False
    state.level = look.volume
    events.append(("emptied", look.time))


def _nothing(state, look, tank, events):
    """Empty: waits for the wash and for milk."""
    if look.flows:
        _begin_fill(state, look, True, look.time - MINUTE, events)
    elif look.volume is not None and _follow_level(state, look, tank, events, True):
        return
    elif look.is_water or _rinses(state, look, tank):
        _begin_wash(state, look)
    elif look.volume is None and (begin := _milk_by_warmth(state, look)):
        _begin_fill(state, look, True, begin, events)


def _rinses(state, look, tank):
    """Warm water, or an agitator that has no milk to stir, and no milk comes."""
    if look.volume is not None and state.level is not None:
        if look.volume > state.level + tank.step_litres / 3:
            return False
        if look.volume <= tank.empty_litres and look.stirs:
            return True
    elif state.is_washed or state.emptied_at is None:
        return False  # without a volume it may be milk
    last = [value for _t, value in look.temperatures[-5:]]
    return len(last) == 5 and min(last) >= _RINSE and look.rise >= 8.0


def _milk_by_warmth(state, look):
    """When milk began to come, without a volume; None: it did not."""
    if look.celsius is None or look.celsius >= _LUKEWARM:
        return None
    is_settled = look.time - state.since >= _AIR_SETTLES
    if look.rise >= 3.0 and is_settled and state.is_washed:
        return min(look.last_ten, key=lambda pair: pair[1])[0]
    if look.celsius <= 12.0:
        return max(look.temperatures, key=lambda pair: pair[1])[0]
    return None


def _begin_wash(state, look):
    _turn(state, "washing", look.time)
    coldest = min((value for _t, value in look.last_ten), default=look.celsius)
    state.wash_start = state.warm_at = look.time
    state.wash_from = coldest or 0.0
    state.wash_peak = look.celsius or 0.0


def _washing(state, look, tank, events):
    celsius = look.celsius or 0.0
    state.wash_peak = max(state.wash_peak, celsius)
    if look.stirs or celsius >= max(_RINSE, state.wash_from + 6.0):
        state.warm_at = look.time
    if _milk_after_wash(state, look, tank):
        _end_wash(state, look, events)
        begin = look.time - MINUTE if look.flows else _rose_at(state, look, 15.0)
        _begin_fill(state, look, True, max(begin, state.wash_start), events)
    elif (
        look.time - state.warm_at >= _WASH_ENDS
        or look.time - state.wash_start >= _LONGEST_WASH
    ):
        _end_wash(state, look, events)


def _milk_after_wash(state, look, tank):
    if look.flows:
        return True
    last = [value for _t, value in look.volumes[-5:]]
    if len(last) < 5 or (look.celsius or 0.0) >= _LUKEWARM:
        return False
    least = max(tank.empty_litres, (state.level or 0.0) + 2 * tank.step_litres)
    return min(last) > least


def _end_wash(state, look, events):
    _turn(state, "empty", look.time)
    is_wash = state.wash_peak >= _LUKEWARM or (state.warm_at - state.wash_start >= _TEN)
    if is_wash:
        state.is_washed = True
        events.append(("washed", state.wash_start, state.wash_peak))


_TURNS = {
    "": _unknown,
    "empty": _nothing,
    "filling": _filling,
    "cooling": _kept,
    "storage": _kept,
    "emptying": _emptying,
    "washing": _washing,
}
