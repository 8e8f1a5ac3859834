"""Not yet late, and certain to be. Pure."""

import math

from . import curve
from .records import RUNNING
from .sample import MINUTE

_MIXED_AFTER = 3 * MINUTE  # since the last inflow
_WINDOW = 20 * MINUTE
_SPAN = 15 * MINUTE
_SURE_FOR = 3 * MINUTE


def too_late_already(moment, mark, limit):
    """:return: list of the Condition, empty as long as the limit may be reached"""
    judged, now = moment.judged, moment.now
    inflow = _last_inflow(moment)
    if inflow is None or not moment.standard.foresees:
        return []
    pairs = moment.temperatures(max(inflow + _MIXED_AFTER, now - _WINDOW))
    if len(pairs) < 5 or pairs[-1][0] - pairs[0][0] < _SPAN - MINUTE:
        return []
    soonest = curve.soonest(pairs, limit.celsius)
    deadline = limit.deadline(judged.events | {"end": inflow})
    if soonest is None or deadline is None or soonest <= deadline:
        if _first_running(judged.cooling) is mark:
            judged.sure_since = None
        return []
    judged.sure_since = judged.sure_since or now
    if now - judged.sure_since < _SURE_FOR:
        return []
    found = moment.wrong("cooling_late", limit, deadline)
    found.soonest = soonest if math.isfinite(soonest) else None
    return [found]


def _last_inflow(moment):
    """None while milk comes, or may come: a temperature alone does not tell."""
    cooling, phases = moment.judged.cooling, moment.phases
    inflow = phases.moved_at if cooling.end is None else cooling.end
    if phases.phase == "filling":
        _time, _celsius, volume, flow, _runs = phases.recent[-1]
        is_measured = volume is not None or flow is not None
        if not is_measured or moment.now - inflow < _WINDOW:
            return None
    return inflow


def _first_running(cooling):
    return next((mark for mark in cooling.marks if mark.verdict == RUNNING), None)
