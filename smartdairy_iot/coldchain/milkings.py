"""From what happens in the tank to its batches and milkings. Pure.

One function for each event of :func:`.phase.step`.
"""

from .records import Batch, Cooling, Mark


def found(moment, time):
    _new_batch(moment, Batch(time, is_partial=True))


def fill_start(moment, time):
    judged = moment.judged
    is_first = moment.phases.is_first or judged.batch is None
    if is_first:
        _close_batch(moment, time)
        _new_batch(moment, Batch(time))
    _supersede(judged)
    judged.batch.milkings += 1
    cooling = Cooling(time, is_first, judged.batch.milkings, judged.batch.start)
    cooling.marks = [
        Mark(place)
        for place, limit in enumerate(moment.standard.limits)
        if limit.kind == "reach" and moment.standard.asks(limit, is_first)
    ]
    if not is_first:
        earlier = [c for t, c in moment.temperatures() if t < time]
        cooling.before = earlier[-1] if earlier else None
    judged.cooling = moment.outcome.coolings[time] = cooling
    judged.sure_since = None


def fill_end(moment, time, is_estimated):
    cooling = moment.judged.cooling
    if cooling:
        cooling.end, cooling.is_estimated = time, is_estimated
        if cooling.is_first:
            pairs = moment.temperatures()
            nearest = min(pairs, key=lambda p: abs(p[0] - time), default=(0, None))
            cooling.blend = nearest[1]


def void(moment, _time):
    """What began was no milking."""
    judged, outcome = moment.judged, moment.outcome
    cooling = judged.cooling
    if cooling is None:
        return
    outcome.coolings.pop(cooling.start, None)
    if judged.batch:
        judged.batch.milkings -= 1
        if judged.batch.start == cooling.start:
            outcome.batches.pop(judged.batch.start, None)
            judged.batch = None
    judged.cooling = None


def emptied(moment, time):
    _supersede(moment.judged)
    _close_batch(moment, time)


def _supersede(judged):
    if judged.cooling:
        judged.cooling.supersede()


def _new_batch(moment, batch):
    moment.judged.batch = moment.outcome.batches[batch.start] = batch
    _forget_limits(moment.judged)


def _close_batch(moment, time):
    judged = moment.judged
    if judged.batch:
        judged.batch.end = time
    judged.batch = judged.cooling = None
    _forget_limits(judged)
    for kind in ("cooling", "freezing", "agitation"):
        moment.end(kind, time)


def _forget_limits(judged):
    judged.over.clear()
    judged.pending.clear()
