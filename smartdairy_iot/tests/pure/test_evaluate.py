"""The life of an alert, as stories.

Each line of a story is a second, what happens then, and what the evaluation that
follows does: a number is a reading, "again" an evaluation without anything new.
"""

import pytest

from smartdairy_iot.rules.evaluate import Latest, Opened
from smartdairy_iot.tests.pure.alert_book import AlertBook, Reading, minutes
from smartdairy_iot.tests.pure.builders import at, make_limit

STORIES = {
    "a value inside opens nothing": [(0, 3.0, "-"), (60, 4.0, "-"), (120, 2.0, "-")],
    "a value above opens, once": [
        (0, 5.0, "opened active medium"),
        (0, "again", "-"),
        (0, "again", "-"),
    ],
    "a value below opens too": [(0, 1.0, "opened active medium"), (0, "again", "-")],
    "far outside is more severe from the beginning": [(0, 9.5, "opened active high")],
    "a breach that goes on changes the open alert and opens no second": [
        (0, 5.0, "opened active medium"),
        (60, 4.5, "later"),
        (120, 4.5, "later"),
    ],
    "a new peak is told, a lower one is not": [
        (0, 5.0, "opened active medium"),
        (60, 6.0, "peak later"),
        (120, 5.5, "later"),
    ],
    "severity rises and does not fall": [
        (0, 5.0, "opened active medium"),
        (60, 9.5, "severity peak later"),
        (120, 4.5, "later"),
    ],
    "inside the limit is not yet clear, inside by the deadband is": [
        (0, 5.0, "opened active medium"),
        (60, 3.9, "-"),
        (120, 3.8, "cleared"),
        (120, "again", "-"),
    ],
    "below the limits by the deadband as well": [
        (0, 1.0, "opened active medium"),
        (60, 2.1, "-"),
        (120, 2.2, "cleared"),
    ],
    "after it cleared, a value inside the limit does not make it active again": [
        (0, 5.0, "opened active medium"),
        (60, 3.7, "cleared"),
        (120, 3.9, "-"),
        (180, 4.0, "-"),
    ],
    "a cleared alert that nobody has seen becomes active again": [
        (0, 5.0, "opened active medium"),
        (60, 3.0, "cleared"),
        (120, 5.5, "active peak later"),
        (180, 3.0, "cleared"),
    ],
    "from too high to too low it does not clear on the way": [
        (0, 5.0, "opened active medium"),
        (60, 1.5, "later"),
        (60, "again", "-"),
        (120, 3.0, "cleared"),
    ],
    "a breach that was over before the evaluation is recorded as cleared": [
        (0, [5.0, 3.0], "opened cleared medium"),
        (0, "again", "-"),
    ],
    "acknowledged, it stays until the condition clears, and then ends": [
        (0, 5.0, "opened active medium"),
        (30, "acknowledge", ""),
        (60, 5.5, "peak later"),
        (120, 3.0, "cleared ended"),
        (120, "again", "-"),
    ],
    "cleared by itself, it stays until somebody has seen it": [
        (0, 5.0, "opened active medium"),
        (60, 3.0, "cleared"),
        (minutes(90), "acknowledge", "ended"),
        (minutes(90), "again", "-"),
    ],
    "in the cooldown nothing opens, after it it does": [
        (0, 5.0, "opened active medium"),
        (10, 3.0, "cleared"),
        (20, "acknowledge", "ended"),
        (60, 5.0, "-"),
        (20 + minutes(30) - 1, 5.0, "-"),
        (20 + minutes(30), 5.0, "opened active medium"),
    ],
    "a breach that began in the cooldown and still holds opens after it": [
        (0, 5.0, "opened active medium"),
        (10, 3.0, "cleared"),
        (20, "acknowledge", "ended"),
        (60, 5.0, "-"),
        (minutes(31), "again", "opened active medium"),
    ],
    "a breach that began and ended in the cooldown opens nothing after it": [
        (0, 5.0, "opened active medium"),
        (10, 3.0, "cleared"),
        (20, "acknowledge", "ended"),
        (60, 5.0, "-"),
        (70, 3.0, "-"),
        (minutes(31), "later on", "-"),
    ],
    "something worse does not wait for the cooldown": [
        (0, 5.0, "opened active medium"),
        (10, 3.0, "cleared"),
        (20, "acknowledge", "ended"),
        (60, 9.5, "opened active high"),
    ],
    "after something severe the cooldown holds for the severe, too": [
        (0, 9.5, "opened active high"),
        (10, 3.0, "cleared"),
        (20, "acknowledge", "ended"),
        (60, 9.5, "-"),
    ],
    "ended by hand while the condition holds, it opens anew after the cooldown": [
        (0, 5.0, "opened active medium"),
        (10, "resolve", "ended"),
        (20, 5.0, "-"),
        (10 + minutes(30), 5.0, "opened active medium"),
    ],
    "a breach that stands is told again when the cooldown after its end is over": [
        (0, 5.0, "opened active medium"),
        (10, "resolve", "ended"),
        (20, 5.0, "-"),
        (10 + minutes(30), "later on", "opened active medium"),
    ],
    "the last value of a device that is silent since the end is not told again": [
        (0, 5.0, "opened active medium"),
        (10, "resolve", "ended"),
        (20, "again", "-"),
        (10 + minutes(30), "later on", "-"),
        (minutes(90), "again", "-"),
    ],
    "what a device measured in the cooldown is told once, also if it is silent since": [
        (0, 5.0, "opened active medium"),
        (10, "resolve", "ended"),
        (20, 5.0, "-"),
        (10 + minutes(30), "later on", "opened active medium"),
        (20 + minutes(30), "resolve", "ended"),
        (minutes(90), "again", "-"),
    ],
    "too low after too high is not missed when both come at once": [
        (0, [4.5, -9.0], "opened active high"),
        (0, "again", "-"),
    ],
    "too low and too high are not missed when both are over at once": [
        (0, [-9.0, 4.5, 3.0], "opened cleared high"),
        (0, "again", "-"),
    ],
    "too low, then too high: the deadband of too high decides, also at the next run": [
        (0, 1.0, "opened active medium"),
        (60, [4.1, 3.9], "later"),
        (61, "again", "-"),
        (90, "later on", "-"),
        (120, 3.8, "cleared"),
    ],
    "the same when both come at once": [
        (0, [1.0, 4.1, 3.9], "opened active medium"),
        (2, "again", "-"),
        (90, "later on", "-"),
        (120, 3.8, "cleared"),
    ],
    "a reading that comes late does not clear what is newer": [
        (60, 5.0, "opened active medium"),
        (30, 3.0, "-"),
    ],
    "a breach that comes late does not make active what has cleared since": [
        (0, 5.0, "opened active medium"),
        (60, 3.0, "cleared"),
        (30, 4.5, "later"),
    ],
    "a worse breach that comes late is still judged": [
        (60, 5.0, "opened active medium"),
        (30, 9.5, "severity peak"),
        (30, "again", "-"),
    ],
    "a backfilled breach of long ago is recorded and at once over": [
        (0, 3.0, "-"),
        (-minutes(600), 5.0, "opened cleared medium"),
        (0, "again", "-"),
    ],
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_an_alert_lives_as_told(story):
    book = AlertBook()
    assert [(*line[:2], play(book, *line[:2])) for line in story] == story


def play(book, second, what):
    """Let it happen and evaluate. :return: what changed, in words"""
    before = book.known
    now = at(second)
    if what == "acknowledge":
        book.acknowledge(now)
    elif what == "resolve":
        book.resolve(now)
    else:
        if what == "later on":
            book.forget_window()
        elif what != "again":
            values = what if isinstance(what, list) else [what]
            book.forget_window()
            book.receive(*(Reading(second + n, v) for n, v in enumerate(values)))
        outcome = book.run(now)
        if outcome is None:
            assert book.known == before
            return "-"
    return told(before, book)


def told(before, book):
    after = book.known
    words = []
    if before is None or before.ended_at:
        words += ["opened", "active" if after.is_active else "cleared", after.severity]
        return " ".join(words)
    if after.severity != before.severity:
        words.append("severity")
    if after.is_active != before.is_active:
        words.append("active" if after.is_active else "cleared")
    if after.peak_value != before.peak_value:
        words.append("peak")
    if after.last_breach_at != before.last_breach_at:
        words.append("later")
    if after.ended_at:
        words.append("ended")
    return " ".join(words)


def test_an_alert_tells_when_it_began_with_which_value_and_how_far_it_went():
    book = AlertBook()
    book.receive(Reading(0, 3.0), Reading(10, 4.5), Reading(20, 9.5), Reading(30, 6.0))
    assert book.run(at(40)) == Opened(
        side="high",
        severity="high",
        started_at=at(10),
        trigger_value=4.5,
        peak_value=9.5,
        last_side="high",
        last_breach_at=at(30),
        is_active=True,
    )


def ended_by_hand(*readings, **changes):
    book = AlertBook(make_limit(**changes))
    book.receive(*readings)
    book.run(readings[-1].time)
    book.resolve(readings[-1].time)
    return book


@pytest.mark.parametrize(
    ("late", "started"), [(60, 60), (-60, minutes(40))], ids=["of after", "of before"]
)
def test_a_late_breach_beside_a_standing_one_is_merged_at_once(late, started):
    """Worse than all that the alert before it told, it is part of the new one."""
    book = ended_by_hand(Reading(0, 5.0))
    book.forget_window()
    now = at(minutes(40))
    book.receive(Reading(minutes(40), 4.5), Reading(late, -9.0))
    opened = book.run(now)
    assert (opened.severity, opened.peak_value) == ("high", -9.0)
    assert (opened.started_at, opened.last_breach_at) == (at(started), now)
    assert book.run(now) is None


def test_a_worse_breach_that_comes_after_the_alert_ended_opens_none_by_itself():
    book = ended_by_hand(Reading(0, 5.0))
    book.forget_window()
    book.receive(Reading(-60, 9.5))
    assert book.run(at(minutes(40))) is None


def test_what_came_before_the_end_is_not_told_when_the_cooldown_is_over():
    book = AlertBook()
    book.receive(Reading(0, 5.0))
    book.run(at(0))
    book.receive(Reading(5, 5.0))
    book.resolve(at(10))  # by somebody who saw it, before it was evaluated
    book.forget_window()
    assert book.run(at(minutes(40))) is None
    book.receive(Reading(2, 6.0))  # late, but news: it brings the other along
    assert book.run(at(minutes(40))).last_breach_at == at(5)
    assert book.run(at(minutes(40))) is None


def test_what_an_ended_alert_has_told_does_not_make_the_next_one_worse():
    book = ended_by_hand(Reading(0, 20.0), cooldown_minutes=0)
    book.receive(Reading(2, 4.5), Reading(3, 3.0))
    opened = book.run(at(3))
    assert (opened.severity, opened.peak_value) == ("medium", 4.5)
    assert (opened.started_at, opened.trigger_value) == (at(2), 4.5)
    assert book.run(at(4)) is None


def test_what_an_ended_alert_has_told_does_not_break_the_cooldown():
    book = ended_by_hand(Reading(0, 9.5))
    book.receive(Reading(2, 4.5))
    assert book.run(at(2)) is None


def test_something_worse_breaks_the_cooldown_beside_what_was_told():
    book = ended_by_hand(Reading(0, 5.0))
    book.receive(Reading(2, 9.5), Reading(3, 4.5))
    opened = book.run(at(3))
    assert (opened.severity, opened.peak_value) == ("high", 9.5)
    assert book.run(at(4)) is None


def test_without_a_reading_nothing_is_known_and_nothing_opens():
    assert AlertBook().run(at(0)) is None


def test_a_breach_without_the_newest_value_is_active_until_proven_otherwise():
    book = AlertBook()
    book.receive(Reading(0, 5.0))
    book.latest = None
    assert book.run(at(0)).is_active


def test_a_breach_that_is_newer_than_the_newest_value_is_active():
    book = AlertBook()
    book.receive(Reading(10, 5.0))
    book.latest = Latest(at(0), 3.0)  # of a clock ahead it counts as of its arrival
    assert book.run(at(0)).is_active
    assert book.run(at(0)) is None


def test_a_value_that_is_outside_only_since_the_rule_was_edited_opens_an_alert():
    book = AlertBook(make_limit(high=6.0))
    book.receive(Reading(0, 5.0))
    assert book.run(at(0)) is None
    book.forget_window()
    book.limit = make_limit(high=4.0)
    opened = book.run(at(60))
    assert (opened.started_at, opened.trigger_value) == (at(0), 5.0)


def test_a_rule_that_no_longer_checks_that_side_clears_with_the_next_reading():
    book = AlertBook()
    book.receive(Reading(0, 5.0))
    book.run(at(0))
    book.limit = make_limit(high=None)
    book.receive(Reading(60, 5.0))
    assert book.run(at(60)).is_active is False


def test_without_a_cooldown_the_next_breach_opens_at_once():
    book = AlertBook(make_limit(cooldown_minutes=0))
    book.receive(Reading(0, 5.0))
    book.run(at(0))
    book.resolve(at(10))
    book.forget_window()
    book.receive(Reading(10, 5.0))
    assert isinstance(book.run(at(10)), Opened)
