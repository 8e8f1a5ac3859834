"""When a device was on line, and when not. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

_NONE = timedelta(0)


class Span(NamedTuple):
    """It was the same from ``start`` to ``end``, aware."""

    is_online: bool
    start: datetime
    end: datetime

    @property
    def duration(self):
        return self.end - self.start


class Uptime(NamedTuple):
    """What is known of a device in a time; before its first span nothing is."""

    spans: tuple = ()  # of Span, each the opposite of the one before

    @classmethod
    def between(cls, start, absences, end):
        """Online from ``start`` to ``end``, but for the absences.

        :param absences: ``[(from, until)]``, in order, within that time
        """
        spans, at = [], start
        for since, until in absences:
            spans += [Span(True, at, since), Span(False, since, until)]
            at = until
        spans.append(Span(True, at, end))
        return cls(tuple(span for span in spans if span.end > span.start))

    @property
    def known(self):
        return sum((span.duration for span in self.spans), _NONE)

    @property
    def online(self):
        spans = (span.duration for span in self.spans if span.is_online)
        return sum(spans, _NONE)

    @property
    def percent(self):
        """None when nothing is known."""
        return 100 * (self.online / self.known) if self.known else None

    @property
    def outages(self):
        return [span for span in self.spans if not span.is_online]

    def since(self, start):
        """The same of a part, from ``start`` on."""
        spans = (
            span._replace(start=max(span.start, start))
            for span in self.spans
            if span.end > start
        )
        return Uptime(tuple(spans))
