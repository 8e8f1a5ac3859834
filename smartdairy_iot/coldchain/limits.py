"""The four kinds of limits, each over one minute. Pure.

Each says what is wrong now, and since when the milk has been outside by it.
"""

from . import foresight
from .records import LATE, MET, RUNNING
from .sample import MINUTE

_BLEND_SETTLES = 15 * MINUTE
_UNKNOWN_FOR = 7200.0  # of milk that was there before us: no limit is asked so long
_RISES = 0.2  # K over a limit before it counts as left again
NOTHING = [], None


def judge(moment, place, limit):
    """:return: ``(list of Conditions, since when outside, or None)``"""
    if not moment.standard.asks(limit):
        return NOTHING
    return _KINDS[limit.kind](moment, place, limit)


def is_mixing(moment):
    cooling = moment.judged.cooling
    return bool(cooling and cooling.is_mixing(moment.now, _BLEND_SETTLES))


def _reach(moment, place, limit):
    cooling = moment.judged.cooling
    mark = cooling and cooling.mark_of(place)
    if mark is None:
        return NOTHING
    if mark.verdict == RUNNING:
        _follow(mark, limit, moment)
    if mark.verdict == LATE and mark.met_at is None:
        if moment.celsius > limit.celsius:
            found = moment.wrong("cooling_late", limit, mark.deadline)
            return [found], mark.deadline
        mark.met_at = moment.now
    if mark.verdict == RUNNING:
        return foresight.too_late_already(moment, mark, limit), None
    return NOTHING


def _follow(mark, limit, moment):
    now, cooling = moment.now, moment.judged.cooling
    if moment.celsius <= limit.celsius:
        mark.below_since = mark.below_since or now
    elif moment.celsius > limit.celsius + _RISES:
        mark.below_since = None
    mark.deadline = limit.deadline(moment.judged.events)
    is_over = mark.deadline is not None and now >= mark.deadline
    if mark.below_since and (cooling.end is not None or is_over):
        mark.verdict, mark.met_at = MET, mark.below_since
    elif is_over:
        mark.verdict = LATE


def _blend(moment, place, limit):
    cooling = moment.judged.cooling
    is_asked = is_mixing(moment) and limit.applies_to(cooling.is_first)
    return _over(moment, place, limit, is_asked, "blend_high")


def _hold(moment, place, limit):
    cooling, phase = moment.judged.cooling, moment.phases.phase
    if cooling:
        is_asked = cooling.is_final and limit.applies_to(cooling.is_first)
    else:
        known_for = moment.now - moment.judged.batch.start
        is_asked = phase == "storage" or known_for >= _UNKNOWN_FOR
    is_asked = is_asked and phase in ("storage", "cooling")
    return _over(moment, place, limit, is_asked, "storage_warm")


def _floor(moment, place, limit):
    """As long as there is milk; what a first milking brings may be a film only."""
    cooling, phase = moment.judged.cooling, moment.phases.phase
    is_more = phase == "filling" and cooling and not cooling.is_first
    is_asked = is_more or phase in ("storage", "cooling")
    return _over(moment, place, limit, is_asked, "freezing")


def _over(moment, place, limit, is_asked, what):
    """Outside for longer than its grace; then the grace counts as outside, too."""
    over, key = moment.judged.over, str(place)
    excess = moment.celsius - limit.celsius
    is_out = excess < 0 if limit.kind == "floor" else excess > 0
    if not (is_asked and is_out):
        over.pop(key, None)
        return NOTHING
    since = over.setdefault(key, moment.now)
    if moment.now - since < limit.grace:
        return NOTHING
    return [moment.wrong(what, limit)], since


_KINDS = {"reach": _reach, "blend": _blend, "hold": _hold, "floor": _floor}
