"""What is known of a tank's milk, and what is wrong with it: plain data. Pure.

A batch is the milk from the first milking into an empty tank until it is emptied; a
cooling is one milking into it.
"""

from dataclasses import dataclass, field

RUNNING, MET, LATE, SUPERSEDED = "running", "met", "late", "superseded"
SEVERITIES = ("low", "medium", "high", "critical")


@dataclass
class Mark:
    """How a milking stands to one ``reach`` limit."""

    limit: int  # its place in the standard
    below_since: float | None = None
    deadline: float | None = None
    met_at: float | None = None
    verdict: str = RUNNING


@dataclass
class Cooling:
    start: float
    is_first: bool
    number: int
    batch: float  # start of its batch
    before: float | None = None  # °C
    blend: float | None = None  # °C, the warmest of the mix; of a first one at its end
    end: float | None = None
    is_estimated: bool = False  # its end
    marks: list = field(default_factory=list)
    outside: float = 0.0  # s
    verdict: str = RUNNING

    @property
    def is_final(self):
        return self.verdict != RUNNING

    def mark_of(self, place):
        """The :class:`Mark` of that limit, None if it does not apply."""
        return next((mark for mark in self.marks if mark.limit == place), None)

    def is_mixing(self, now, settles):
        """Whether new milk comes, or has come so few seconds ago."""
        return self.end is None or now <= self.end + settles

    def finish(self):
        verdicts = {mark.verdict for mark in self.marks}
        order = (LATE, SUPERSEDED, MET)
        self.verdict = next((one for one in order if one in verdicts), MET)

    def supersede(self):
        """More milk came, or it was collected, before it could be told."""
        if self.is_final:
            return
        for mark in self.marks:
            if mark.verdict == RUNNING:
                mark.verdict = MET if mark.below_since else SUPERSEDED
                mark.met_at = mark.below_since
        self.finish()


@dataclass
class Batch:
    start: float
    is_partial: bool = False  # its milk was there before we looked
    end: float | None = None
    milkings: int = 0
    outside: float = 0.0
    gap: float = 0.0  # s of which nothing is known
    lowest: float | None = None
    highest: float | None = None  # while nothing was added
    is_out: bool = False  # longer out of range than allowed


@dataclass
class Condition:
    """Something wrong, from its beginning to its end."""

    kind: str  # cooling, freezing, agitation, wash
    type: str
    since: float
    severity: str
    value: float | None = None
    limit: float | None = None
    peak: float | None = None
    deadline: float | None = None
    soonest: float | None = None
    clear_since: float | None = None
    until: float | None = None


@dataclass
class Judgement:
    """All that is remembered from one minute to the next."""

    time: float | None = None
    batch: Batch | None = None
    cooling: Cooling | None = None
    conditions: dict = field(default_factory=dict)  # kind → Condition
    over: dict = field(default_factory=dict)  # place of a limit → since when outside
    pending: list = field(default_factory=list)  # [[time, s measured]], not yet outside
    sure_since: float | None = None
    stirred_at: float | None = None
    empty_told: float | None = None  # which emptying was never followed by a wash

    @property
    def events(self):
        """As :meth:`.standard.Limit.deadline` asks for them, of the milking now."""
        return {
            "first_start": None if self.batch.is_partial else self.batch.start,
            "start": self.cooling.start,
            "end": self.cooling.end,
        }


@dataclass
class Outcome:
    """What became of a stretch of time."""

    batches: dict = field(default_factory=dict)  # start → Batch
    coolings: dict = field(default_factory=dict)
    over: list = field(default_factory=list)  # Conditions that have ended
