"""The wash of an empty tank (CIP). Pure."""

from .look import TEN
from .sample import MINUTE
from .turns import begin_fill, rose_at, turn

LUKEWARM = 42.0  # °C that milk never has
_RINSE = 30.0
_ENDS = 15 * MINUTE  # without warm water or agitator
_LONGEST = 120 * MINUTE


def washing(state, look, tank, events):
    celsius = look.celsius or 0.0
    state.wash_peak = max(state.wash_peak, celsius)
    if look.stirs or celsius >= max(_RINSE, state.wash_from + 6.0):
        state.warm_at = look.time
    if _milk_after_wash(state, look, tank):
        _end_wash(state, look, events)
        begin = look.time - MINUTE if look.flows else rose_at(state, look, 15.0)
        begin_fill(state, look, True, max(begin, state.wash_start), events)
    elif look.time - state.warm_at >= _ENDS or look.time - state.wash_start >= _LONGEST:
        _end_wash(state, look, events)


def _milk_after_wash(state, look, tank):
    if look.flows:
        return True
    last = [value for _t, value in look.volumes[-5:]]
    if len(last) < 5 or (look.celsius or 0.0) >= LUKEWARM:
        return False
    least = max(tank.empty_litres, (state.level or 0.0) + 2 * tank.step_litres)
    return min(last) > least


def _end_wash(state, look, events):
    turn(state, "empty", look.time)
    is_wash = state.wash_peak >= LUKEWARM or (state.warm_at - state.wash_start >= TEN)
    if is_wash:
        state.is_washed, state.washed_at = True, look.time
        events.append(("washed", state.wash_start, state.wash_peak))


def rinses(state, look, tank):
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
