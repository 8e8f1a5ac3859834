"""When a device was on line, and when not."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.health.uptime import Span, Uptime
from smartdairy_iot.tests.pure.builders import at

HOUR = 3600


def make_uptime(*hours, is_online=True):
    """Spans that follow each other, on and off in turns."""
    spans, start = [], 0
    for length in hours:
        end = start + length * HOUR
        spans.append(Span(is_online, at(start), at(end)))
        start, is_online = end, not is_online
    return Uptime(tuple(spans))


def test_uptime_is_the_share_of_the_known_time():
    uptime = make_uptime(9, 1, 10)
    assert uptime.percent == 95.0
    assert (uptime.known, uptime.online) == (timedelta(hours=20), timedelta(hours=19))
    assert [outage.duration for outage in uptime.outages] == [timedelta(hours=1)]


def test_of_what_nothing_is_known_there_is_no_percentage():
    assert Uptime().percent is None
    assert Uptime().outages == []


def test_a_part_begins_in_the_middle_of_what_was_going_on():
    part = make_uptime(9, 3, 10).since(at(10 * HOUR))
    assert [span.duration for span in part.spans] == [
        timedelta(hours=2),
        timedelta(hours=10),
    ]
    assert not part.spans[0].is_online


@given(st.lists(st.integers(1, 100), min_size=1, max_size=10), st.integers(0, 1100))
def test_no_part_knows_more_than_the_whole(hours, start):
    whole = make_uptime(*hours)
    part = whole.since(at(start * HOUR))
    assert part.known <= whole.known
    assert part.online <= whole.online
    assert part.percent is None or 0 <= part.percent <= 100


def test_absences_leave_spans_of_presence_between_them():
    uptime = Uptime.between(at(0), [(at(0), at(60)), (at(120), at(180))], at(180))
    assert [(s.is_online, s.start, s.end) for s in uptime.spans] == [
        (False, at(0), at(60)),
        (True, at(60), at(120)),
        (False, at(120), at(180)),
    ]
