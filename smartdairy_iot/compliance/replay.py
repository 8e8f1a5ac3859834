"""A tank's record judged again, by whichever standard is asked for. Pure."""

from dataclasses import dataclass, field

from ..coldchain.monitor import State, advance


@dataclass
class Replay:
    coolings: list = field(default_factory=list)  # of coldchain.judge
    phases: list = field(default_factory=list)  # [[phase, begin, end], …]
    outside: list = field(default_factory=list)  # [(time, s out of range), …]


def replay(samples, tank, standard):
    """:param samples: iterable of :class:`~..coldchain.sample.Sample`, one a minute"""
    state, found, coolings = State(), Replay(), {}
    batch = spent = None
    for sample in sorted(samples):
        outcome = advance(state, [sample], tank, standard)
        for start in [start for start in coolings if start not in outcome.coolings]:
            if coolings[start].end is None and not coolings[start].is_final:
                del coolings[start]  # what began was no milking
        coolings |= outcome.coolings
        now = state.judged.batch
        if now is not None:
            before = spent if now is batch else 0.0
            if now.outside > before:
                found.outside.append((sample.time, now.outside - before))
            batch, spent = now, now.outside
        _follow_phase(found.phases, state.phases, sample.time)
    found.coolings = [coolings[start] for start in sorted(coolings)]
    return found


def _follow_phase(spans, phases, now):
    if not phases.phase:
        return
    if spans and spans[-1][0] == phases.phase:
        spans[-1][2] = now + 60
        return
    # It is known a few minutes after it began.
    begin = min(now, max(phases.since, spans[-1][1] if spans else 0.0))
    if spans:
        spans[-1][2] = begin
    spans.append([phases.phase, begin, now + 60])
