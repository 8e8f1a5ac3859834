"""A tank, minute by minute. Pure.

>>> from .sample import Sample, Tank
>>> from .standard import Standard
>>> state = State()
>>> outcome = advance(state, [Sample(60.0 * i, 3.2) for i in range(5)],
...                   Tank(), Standard("None", ()))
>>> state.phases.phase, list(outcome.batches)
('storage', [120.0])
>>> from_json(to_json(state)) == state
True
"""

from dataclasses import asdict, dataclass, field

from .judge import judge
from .moment import Moment
from .phase import Phases, step
from .records import Batch, Condition, Cooling, Judgement, Mark, Outcome


@dataclass
class State:
    """What the next minute must know: all of it, and it is JSON."""

    phases: Phases = field(default_factory=Phases)
    judged: Judgement = field(default_factory=Judgement)

    @property
    def time(self):
        return self.judged.time


def advance(state, samples, tank, standard):
    """Go on; ``state`` is changed.

    The order in which samples arrived does not matter: they are sorted. Those that are
    not newer than the state are left out: to judge them, begin with an older one.

    :param samples: iterable of :class:`~.sample.Sample`, one a minute
    :return: :class:`~.records.Outcome`, with the batch and the cooling that go on
    """
    outcome = Outcome()
    judged = state.judged
    if judged.batch:
        outcome.batches[judged.batch.start] = judged.batch
    if judged.cooling:
        outcome.coolings[judged.cooling.start] = judged.cooling
    for sample in sorted(samples):
        if judged.time is not None and sample.time <= judged.time:
            continue
        events = step(state.phases, sample, tank)
        moment = Moment(judged, state.phases, sample, standard, outcome)
        judge(moment, events, bool(sample.agitator))
    return outcome


def to_json(state):
    return asdict(state)


def from_json(raw):
    judged = dict(raw["judged"])
    judged["batch"] = judged["batch"] and Batch(**judged["batch"])
    if cooling := judged["cooling"]:
        marks = [Mark(**mark) for mark in cooling["marks"]]
        judged["cooling"] = Cooling(**{**cooling, "marks": marks})
    judged["conditions"] = {
        kind: Condition(**found) for kind, found in judged["conditions"].items()
    }
    return State(Phases(**raw["phases"]), Judgement(**judged))
