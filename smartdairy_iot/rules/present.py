"""A condition of which only the present is known, as runs for the state machine. Pure.

No history is kept of a battery or of a connection: what it was is what the last look
left, the rest is now.
"""

from .excursion import Run

_SIGNS = {"high": 1, "low": -1}


def runs_now(rule, value, since, case, now):
    """``{(index of level, side): [Run]}`` of one value, as :meth:`IotStore._runs` tells

    Outside the rule's schedule all is well, whatever the value.

    :param since: when it began to be so, None: not known before now
    :param case: :class:`~.case.Case`
    """
    is_resting = not rule.is_in_force(now, case.device.tz)
    runs = {}
    for index, level in enumerate(rule.levels):
        for side, sign in _SIGNS.items():
            bound = level.bound(side)
            if bound is None:
                continue
            start = None
            if sign * value > sign * bound and not is_resting:
                start = _outside_since(since, case, now)
                run = Run(True, start, now, value, value, rule.repeat_count)
            elif is_resting or sign * value <= sign * bound - rule.deadband:
                start = _inside_since(case, now)
                run = Run(False, start, now, value, value, rule.repeat_count)
            runs[index, side] = [run] if start else []
    return runs


def _outside_since(since, case, now):
    if since is None:
        since = case.watch.look_from if case.watch else now
    if case.told_until:
        since = max(since, case.told_until)
    if case.rule.schedule:
        spans = case.rule.schedule.spans_between(since, now, case.device.tz)
        since = spans[-1][0] if spans else now
    return min(since, now)


def _inside_since(case, now):
    """The off-delay that runs tells when it began."""
    is_active = case.alert and case.alert.is_active
    if is_active and case.watch and case.watch.look_at:
        return min(now, case.watch.look_at - case.rule.off_delay)
    return now
