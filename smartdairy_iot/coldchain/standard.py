"""What a rule of cold chain asks for, as data. Pure.

A standard is a list of :class:`Limit`, each of one kind:

=========  ===================================================================
``reach``  at most so warm, within a time from an event; where a second clause is
           given, by the sooner of both
``blend``  at most so warm while warm milk comes to cold, for longer than ``grace``
``hold``   at most so warm from then on, until milk comes or the tank is emptied
``floor``  never colder, as long as there is milk
=========  ===================================================================
"""

from typing import NamedTuple

KINDS = ("reach", "blend", "hold", "floor")
EVENTS = ("first_start", "start", "end")  # of the first milking; of this one
APPLIES = ("any", "first", "subsequent")  # milking into the tank
SYSTEMS = ("conventional", "automatic")  # at set times, or by robots at any time


class Limit(NamedTuple):
    kind: str
    celsius: float
    within: float | None = None  # s
    event: str = "end"
    or_within: float | None = None  # s; the sooner counts
    or_event: str = "end"
    applies: str = "any"
    grace: float = 900.0  # s that it may be outside before it counts
    severity: str = "high"
    system: str = "any"  # or one of SYSTEMS

    def applies_to(self, is_first):
        return self.applies == "any" or (self.applies == "first") == is_first

    def deadline(self, events):
        """When it must be reached; None while the event has not happened.

        :param events: ``{event: when, or None}``
        """
        clauses = ((self.within, self.event), (self.or_within, self.or_event))
        ends = [
            events[event] + within
            for within, event in clauses
            if within is not None and events.get(event) is not None
        ]
        return min(ends) if ends else None


class Standard(NamedTuple):
    name: str
    limits: tuple
    off_celsius: float = 12.0  # warmer than this …
    off_first_celsius: float = 25.0  # … or, of a first milking, than this …
    off_after: float = 1200.0  # … so many seconds into it: chiller off; 0: never
    off_severity: str = "high"
    still_after: float = 5400.0  # s without agitator while there is milk; 0: never
    still_severity: str = "medium"
    wash_celsius: float = 50.0  # a wash must become so warm; 0: never asked
    wash_after: float = 10800.0  # s from empty to the wash; 0: before the next milk
    wash_severity: str = "medium"
    system: str = "conventional"  # how the farm milks, see of()
    foresees: bool = True  # whether a curve may make it certain before it is late
    most_outside: float = 0.0  # s out of range of a batch, then it is told; 0: never

    def of(self, system):
        """As it is asked of a farm that milks so.

        Robots fill an empty tank for hours before the agitator reaches the milk, and
        no chiller runs until then: a curve makes nothing certain, and a temperature
        does not tell that the chiller is off.
        """
        if system == "automatic":
            return self._replace(system=system, off_after=0.0, foresees=False)
        return self._replace(system=system)

    def asks(self, limit, is_first=None):
        """Whether it asks for that limit, of such a milking."""
        is_of_system = limit.system in ("any", self.system)
        return is_of_system and (is_first is None or limit.applies_to(is_first))

    def off_above(self, is_first):
        """°C that a chiller which runs does not let the milk have.

        What comes first is a shallow layer that was pre-cooled at best.
        """
        if is_first:
            return max(self.off_celsius, self.off_first_celsius)
        return self.off_celsius

    @property
    def cold(self):
        """From which temperature on the milk counts as stored."""
        kept = [
            limit.celsius
            for limit in self.limits
            if limit.kind != "floor" and self.asks(limit)
        ]
        return min(kept, default=4.0) + 0.5
