"""Milk comes: when it began, and when it has ended. Pure."""

from .look import step_litres
from .sample import MINUTE
from .turns import begin_fill, begin_wash, empty, rest, rose_at, turn

AIR_JUMP = 12.0  # K in ten minutes: no milk warms so fast
_FALSE_START = 45 * MINUTE


def follow_level(state, look, tank, events, is_first):
    """Slow drifts are no milk. :return: whether a filling began"""
    if state.level is None:
        state.level = look.volume
    change = look.volume - state.level
    if tank.is_automatic and not is_first:
        state.level += 0.2 * max(0.0, change)
        return False
    least = max(tank.step_litres, tank.empty_litres / 2 if is_first else 0.0)
    if change > least and change > (least := step_litres(look, tank)):
        begin_fill(state, look, is_first, rose_at(state, look, least), events)
        return True
    if abs(change) <= tank.step_litres:
        state.level += 0.02 * change
    return False


def filling(state, look, tank, events):
    is_air = look.volume is None and look.rise >= AIR_JUMP and not state.is_first
    if look.is_water or is_air:
        if look.time - state.fill_start < _FALSE_START:
            events.append(("void", look.time))
        empty(state, look, events)
        begin_wash(state, look)
        return
    if look.flows:
        state.moved_at = look.time
    if look.volume is not None:
        if _drains(state, look, tank, events):
            return
    elif state.extreme is None or (look.celsius or 0.0) > state.extreme + 0.15:
        state.extreme, state.moved_at = look.celsius, look.time
    if tank.is_automatic and _is_cold(look, tank):
        _end_fill(state, look, tank, look.time, False, events)
        return
    end, is_estimated = _end_of_fill(state, look, tank)
    if look.time - end >= tank.milking_gap:
        _end_fill(state, look, tank, end, is_estimated, events)


def _is_cold(look, tank):
    has_milk = look.volume is None or look.volume > tank.empty_litres
    return has_milk and look.celsius is not None and look.celsius <= tank.cold


def _end_fill(state, look, tank, end, is_estimated, events):
    is_empty = look.volume is not None and look.volume <= tank.empty_litres
    if state.is_first and is_empty:  # as before: it was no milk
        events.append(("void", look.time))
        turn(state, "empty", look.time)
        return
    events.append(("fill_end", end, is_estimated))
    state.level = look.volume
    rest(state, look, tank, end)


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
            empty(state, look, events)
        else:
            state.extreme, state.moved_at = look.volume, look.time
            turn(state, "emptying", look.time)
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
