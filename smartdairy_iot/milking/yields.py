"""An animal's daily yield against its own average. Pure."""

from datetime import date
from math import fsum
from typing import NamedTuple

SPAN = 10  # days; the weight of a day is 9/11 of that of the day after it
_ENOUGH = 5  # days known; of fewer there is no own average yet


class Yield(NamedTuple):
    day: date
    liters: float | None  # None: not milked that day
    average: float | None  # of the known days before; None: too few of them
    days: int  # how many of them are known

    @property
    def change(self):
        """Per cent of its own average; negative is less. None: not known."""
        if self.liters is None or not self.average:
            return None
        return 100 * (self.liters / self.average - 1)


def ewma(values, span=SPAN):
    """The exponentially weighted average: weight (1 - α)^age with α = 2 / (span + 1).

    The weights add up to one however few values there are.

    :param values: the oldest first
    """
    weights = [(1 - 2 / (span + 1)) ** age for age in range(len(values))][::-1]
    if not values:
        return None
    return fsum(map(float.__mul__, weights, map(float, values))) / fsum(weights)


def compare(by_day, day):
    """:param by_day: ``{date: litres}``; a day on which it was not milked is missing"""
    before = [by_day[known] for known in sorted(by_day) if known < day]
    average = ewma(before) if len(before) >= _ENOUGH else None
    return Yield(day, by_day.get(day), average, len(before))
