"""What became of the milk in one minute, by a standard. Pure."""

from . import equipment, limits, milkings
from .records import RUNNING
from .sample import MINUTE

_LONGEST_STEP = 5 * MINUTE  # a longer one is a gap in the record


def judge(moment, events, stirs):
    """One minute.

    :param events: what :func:`.phase.step` found in it
    :param stirs: whether the agitator ran
    """
    judged = moment.judged
    for name, *values in events:
        _EVENTS[name](moment, *values)
    lasted = 0.0 if judged.time is None else moment.now - judged.time
    judged.time = moment.now
    if stirs or judged.stirred_at is None or lasted > _LONGEST_STEP:
        judged.stirred_at = moment.now
    if judged.batch and moment.celsius is not None:
        _judge_milk(moment, lasted)
    equipment.judge_agitator(moment, stirs)
    equipment.judge_wash(moment)


def _fill_start(moment, time):
    milkings.fill_start(moment, time)
    if moment.judged.cooling.is_first:
        equipment.ask_for_wash(moment)


def _judge_milk(moment, lasted):
    measured = min(lasted, _LONGEST_STEP)
    moment.judged.batch.gap += lasted - measured
    _note_extremes(moment)
    broken, begins = [], []
    for place, limit in enumerate(moment.standard.limits):
        found, since = limits.judge(moment, place, limit)
        broken += found
        if since is not None:
            begins.append(since)
    _add_outside(moment, measured, min(begins, default=None))
    cooling = moment.judged.cooling
    if cooling and cooling.end is not None and not cooling.is_final:
        if all(mark.verdict != RUNNING for mark in cooling.marks):
            cooling.finish()
    broken += equipment.chiller_off(moment)
    cold = [found for found in broken if found.type == "freezing"]
    moment.hold("freezing", cold, lambda held: moment.celsius >= held.limit + 0.2)
    warm = [found for found in broken if found.type != "freezing"]
    moment.hold("cooling", warm, lambda held: _is_cold_again(moment, held))


def _is_cold_again(moment, held):
    """That a chiller which was off runs, is told by what is to be reached."""
    cooling = moment.judged.cooling
    if held.type == "chiller_off" and cooling and not cooling.is_final:
        waits = [mark for mark in cooling.marks if mark.verdict == RUNNING]
        if not all(mark.below_since for mark in waits):
            return False
    return moment.celsius <= held.limit


def _note_extremes(moment):
    batch, cooling, celsius = moment.judged.batch, moment.judged.cooling, moment.celsius
    if moment.phases.phase in ("cooling", "storage"):
        batch.highest = max(batch.highest or celsius, celsius)
    batch.lowest = celsius if batch.lowest is None else min(batch.lowest, celsius)
    is_mix = cooling and not cooling.is_first and not cooling.is_final
    if is_mix and limits.is_mixing(moment):
        cooling.blend = max(cooling.blend or celsius, celsius)


def _add_outside(moment, measured, since):
    """Each measured minute since then, once, whichever limits were broken in it."""
    judged = moment.judged
    judged.pending.append([moment.now, measured])
    if since is not None:
        outside = sum(row[1] for row in judged.pending if row[0] > since)
        judged.batch.outside += outside
        if judged.cooling:
            judged.cooling.outside += outside
        most = moment.standard.most_outside
        judged.batch.is_out |= bool(most and judged.batch.outside > most)
    begun = min(judged.over.values(), default=moment.now)
    last = moment.now if since is not None else begun
    judged.pending = [row for row in judged.pending if row[0] > last]


_EVENTS = {
    "found": milkings.found,
    "fill_start": _fill_start,
    "fill_end": milkings.fill_end,
    "void": milkings.void,
    "emptied": milkings.emptied,
    "washed": equipment.washed,
}
