"""What happens in a tank: a state machine over minutes in the order of time. Pure.

With a volume, a milking is what raises it; its end is the last rise, known when nothing
has come for a while. A flow sensor tells the same sooner. With a temperature alone, a
milking is a rise that no wall lets through and no hot water makes; its end is the last
rise, or its usual length later, and counts as estimated. Milk never is as warm as the
water of a wash. Robots never stop: the first filling ends when its milk is cold, and
what comes later is part of what is kept.
"""

from .filling import AIR_JUMP, filling, follow_level
from .look import KEPT, Phases, look_at, step_litres
from .sample import MINUTE
from .trend import noise
from .turns import begin_fill, begin_wash, empty, rest, turn
from .washing import LUKEWARM, rinses, washing

__all__ = ["PHASES", "Phases", "step"]

PHASES = ("empty", "filling", "cooling", "storage", "emptying", "washing")
_DRAINED = 10 * MINUTE  # without a fall
_WARMS = 0.7  # K in half an hour: no wall of a tank lets so much through
_AIR_SETTLES = 90 * MINUTE  # after a cold rinse, the air in the tank warms as milk does


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
    look = look_at(recent, sample.time)
    if look.celsius is None and look.volume is None and not look.flows:
        return []
    events = []
    _TURNS[state.phase](state, look, tank, events)
    return events


def _unknown(state, look, tank, events):
    if len(state.recent) < 3:
        return
    if look.is_water:
        begin_wash(state, look)
        return
    has_milk = look.celsius is not None and look.celsius <= tank.cold + 4.0
    if look.volume is not None:
        has_milk = look.volume > tank.empty_litres
    state.level = look.volume
    if not has_milk:
        turn(state, "empty", look.time)
        return
    events.append(("found", look.time))
    rest(state, look, tank, look.time)


def _kept(state, look, tank, events):
    """Cooling and storage."""
    if look.is_water or (look.volume is None and look.rise >= AIR_JUMP):
        empty(state, look, events)
        begin_wash(state, look)
    elif look.flows and not tank.is_automatic:
        begin_fill(state, look, False, look.time - MINUTE, events)
    elif look.volume is None:
        if not tank.is_automatic:
            _kept_unmeasured(state, look, events)
    elif look.volume <= tank.empty_litres:
        empty(state, look, events)
    elif not follow_level(state, look, tank, events, False):
        change = look.volume - state.level
        if change < -2 * tank.step_litres and change < -2 * step_litres(look, tank):
            state.extreme, state.moved_at = look.volume, look.time
            turn(state, "emptying", look.time)
    if state.phase == "cooling" and look.celsius is not None:
        if look.celsius <= tank.cold:
            turn(state, "storage", look.time)


def _kept_unmeasured(state, look, events):
    if look.celsius is None:
        return
    coldest = min(look.temperatures, key=lambda pair: pair[1])
    rise = look.celsius - coldest[1]
    if rise < max(_WARMS, 6.0 * noise([value for _t, value in look.temperatures])):
        return
    begin_fill(state, look, False, coldest[0], events)


def _emptying(state, look, tank, events):
    if look.is_water:
        empty(state, look, events)
        begin_wash(state, look)
    elif look.volume is None:
        if look.time - state.moved_at >= KEPT:
            rest(state, look, tank, look.time)
    elif look.volume <= tank.empty_litres:
        empty(state, look, events)
    elif look.volume < state.extreme - tank.step_litres / 3:
        state.extreme, state.moved_at = look.volume, look.time
    elif look.time - state.moved_at >= _DRAINED:
        state.level = look.volume
        rest(state, look, tank, look.time)


def _nothing(state, look, tank, events):
    """Empty: waits for the wash and for milk."""
    if look.flows:
        begin_fill(state, look, True, look.time - MINUTE, events)
    elif look.volume is not None and follow_level(state, look, tank, events, True):
        return
    elif look.is_water or rinses(state, look, tank):
        begin_wash(state, look)
    elif look.volume is None and (begin := _milk_by_warmth(state, look)):
        begin_fill(state, look, True, begin, events)


def _milk_by_warmth(state, look):
    """When milk began to come, without a volume; None: it did not."""
    if look.celsius is None or look.celsius >= LUKEWARM:
        return None
    is_settled = look.time - state.since >= _AIR_SETTLES
    if look.rise >= 3.0 and is_settled and state.is_washed:
        return min(look.last_ten, key=lambda pair: pair[1])[0]
    if look.celsius <= 12.0:
        return max(look.temperatures, key=lambda pair: pair[1])[0]
    return None


_TURNS = {
    "": _unknown,
    "empty": _nothing,
    "filling": filling,
    "cooling": _kept,
    "storage": _kept,
    "emptying": _emptying,
    "washing": washing,
}
