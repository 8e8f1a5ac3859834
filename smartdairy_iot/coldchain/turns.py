"""How a phase of a tank begins. Pure."""


def turn(state, phase, time):
    state.phase, state.since = phase, time


def rest(state, look, tank, since):
    """Milk to which nothing is added."""
    is_cold = look.celsius is not None and look.celsius <= tank.cold
    turn(state, "storage" if is_cold else "cooling", since)


def begin_fill(state, look, is_first, begin, events):
    state.fill_start, state.is_first = begin, is_first
    state.extreme = look.celsius if look.volume is None else look.volume
    state.moved_at = look.time
    turn(state, "filling", begin)
    events.append(("fill_start", begin))


def rose_at(state, look, least):
    """The first minute of the rise that is going on."""
    begin = look.time
    for time, value in reversed(look.volumes):
        if value <= state.level + least / 3:
            break
        begin = time
    return begin


def empty(state, look, events):
    turn(state, "empty", look.time)
    state.emptied_at, state.is_washed = look.time, False
    state.level = look.volume
    events.append(("emptied", look.time))


def begin_wash(state, look):
    turn(state, "washing", look.time)
    coldest = min((value for _t, value in look.last_ten), default=look.celsius)
    state.wash_start = state.warm_at = look.time
    state.wash_from = coldest or 0.0
    state.wash_peak = look.celsius or 0.0
