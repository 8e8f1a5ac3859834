from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.notify.plan import (
    COLLECT,
    Fact,
    Recent,
    Subscriber,
    Waiting,
    audience,
    follow_chain,
    gaps,
    next_reminder,
    split_storm,
)
from smartdairy_iot.rules.rule import SEVERITIES
from smartdairy_iot.rules.schedule import Schedule

NIGHT = Schedule.of([(range(7), 22 * 60, 6 * 60)])
NOON = datetime(2026, 1, 5, 12, tzinfo=timezone.utc)
MIDNIGHT = datetime(2026, 1, 6, 0, tzinfo=timezone.utc)
MORNING = datetime(2026, 1, 6, 6, tzinfo=timezone.utc)
WINDOW = timedelta(minutes=5)
ANNA, BERT = 1, 2


def make_fact(severity="high", **vals):
    return Fact(
        **{"farm_id": 7, "device_type": "temperature", "kind": "limit", **vals},
        severity=severity,
    )


def told(severity, *subscribers, now=NOON, **vals):
    return audience(make_fact(severity), subscribers, now, **vals)


def make_waiting(severities, created_at=NOON):
    return [Waiting(i, s, created_at) for i, s in enumerate(severities, 1)]


@pytest.mark.parametrize(
    ("severity", "channels"),
    [
        ("low", {"odoo"}),
        ("medium", {"odoo", "email"}),
        ("high", {"odoo", "email", "push"}),
        ("critical", {"odoo", "email", "push", "sms"}),
    ],
)
def test_channels_by_severity_are_those_of_the_specification(severity, channels):
    assert {channel for _user, channel in told(severity, Subscriber(ANNA))} == channels


@pytest.mark.parametrize(
    "vals",
    [
        {"farm_ids": frozenset([8])},
        {"device_types": frozenset(["gateway"])},
        {"kinds": frozenset(["offline"])},
        {"severity": "critical"},
        {"least": {}},
    ],
)
def test_who_wants_something_else_is_not_told(vals):
    assert told("high", Subscriber(ANNA, **vals)) == {}


def test_an_alert_without_a_farm_is_told_to_who_wants_every_farm():
    fact = make_fact(farm_id=None)
    assert audience(fact, [Subscriber(ANNA)], NOON)
    assert not audience(fact, [Subscriber(ANNA, frozenset([7]))], NOON)


def test_in_quiet_hours_it_is_held_until_they_end():
    held = told("high", Subscriber(ANNA, quiet=NIGHT), now=MIDNIGHT)
    assert set(held.values()) == {MORNING}
    assert set(told("high", Subscriber(ANNA, quiet=NIGHT)).values()) == {None}


def test_critical_always_passes_quiet_hours():
    passed = told("critical", Subscriber(ANNA, quiet=NIGHT), now=MIDNIGHT)
    assert set(passed.values()) == {None}


def test_who_is_on_call_has_no_quiet_hours():
    both = [Subscriber(ANNA, quiet=NIGHT), Subscriber(BERT, quiet=NIGHT)]
    found = told("high", *both, now=MIDNIGHT, on_call={BERT})
    assert {(user, until) for (user, _c), until in found.items()} == {
        (ANNA, MORNING),
        (BERT, None),
    }


def test_of_two_subscriptions_the_one_that_does_not_hold_counts():
    email_only = {"email": "low"}
    found = told(
        "high",
        Subscriber(ANNA, quiet=NIGHT),
        Subscriber(ANNA, least=email_only),
        now=MIDNIGHT,
    )
    assert found[ANNA, "email"] is None
    assert found[ANNA, "odoo"] == MORNING


def test_quiet_around_the_clock_is_told_once_a_day():
    always = Schedule.of([(range(7), 0, 0)])
    found = told("high", Subscriber(ANNA, quiet=always))
    assert found[ANNA, "odoo"] == NOON + timedelta(days=1)


# Storms -----------------------------------------------------------------------------


def split(severities, recent=None, now=NOON + COLLECT, rate=5):
    return split_storm(make_waiting(severities), recent or Recent(), now, rate, WINDOW)


def test_a_few_are_told_one_by_one_without_delay():
    assert split(["low"] * 5, now=NOON) == ([1, 2, 3, 4, 5], [], [], None)


def test_beyond_the_rate_the_rest_is_one_digest_and_the_worst_are_told_first():
    found = split(["low"] * 6 + ["high"])
    assert found.single == [7, 1, 2, 3, 4]
    assert found.digest == [5, 6]


def test_a_digest_waits_a_moment_for_what_happens_at_the_same_time():
    found = split(["low"] * 7, now=NOON)
    assert (found.wait, found.until) == ([6, 7], NOON + COLLECT)


def test_lesser_alerts_never_use_up_the_room_of_critical_ones():
    found = split(["low", "critical"], Recent(ordinary=5))
    assert (found.single, found.digest) == ([2], [1])


def test_a_high_one_is_told_at_once_however_many_ordinary_ones_there_were():
    found = split(["medium", "high"], Recent(ordinary=5))
    assert (found.single, found.digest) == ([2], [1])


def test_high_ones_use_up_the_room_of_ordinary_ones():
    assert split(["medium"], Recent(high=5)).single == []


def test_the_next_digest_comes_when_the_window_has_passed_or_soon_when_critical():
    recent = Recent(5, 5, 5, last_digest_at=NOON)
    assert split(["low"], recent).until == NOON + WINDOW
    assert split(["high"], recent).until == NOON + timedelta(minutes=2)
    assert split(["critical"], recent).until == NOON + timedelta(minutes=1)


def test_after_the_storm_each_is_told_by_itself_again():
    assert split(["low"], Recent(last_digest_at=NOON - WINDOW)).single == [1]


@given(
    st.lists(st.sampled_from(SEVERITIES), max_size=40),
    st.builds(Recent, *[st.integers(0, 9)] * 3, st.none()),
    st.integers(1, 9),
    st.timedeltas(timedelta(0), timedelta(minutes=10)),
)
def test_a_storm_loses_nothing_and_keeps_to_the_rate(severities, recent, rate, passed):
    waiting = make_waiting(severities)
    found = split_storm(waiting, recent, NOON + passed, rate, WINDOW)
    ids = [*found.single, *found.digest, *found.wait]
    assert sorted(ids) == [one.id for one in waiting]
    told = Counter(severities[i - 1] for i in found.single)
    assert told["critical"] <= max(0, rate - recent.critical)
    assert told["high"] <= max(0, rate - recent.high)
    ordinary = told["low"] + told["medium"]
    assert ordinary <= max(0, rate - recent.ordinary - recent.high - told["high"])
    assert not found.wait or found.until > NOON + passed


@given(st.lists(st.integers(0, 600), min_size=1, max_size=60).map(sorted))
def test_a_recipient_hears_no_more_than_the_rate_and_a_few_digests(seconds):
    """A storm played second by second; the job runs when something is due."""
    start, window, rate = NOON, WINDOW, 3
    waiting, singles, digests, told_ids = [], [], [], []
    for second in range(0, 1200, 5):
        now = start + timedelta(seconds=second)
        came = [i for i, s in enumerate(seconds) if second - 5 < s <= second]
        waiting += [Waiting(i, "medium", now) for i in came]
        recent = Recent(
            sum(at > now - window for at in singles),
            last_digest_at=digests[-1] if digests else None,
        )
        found = split_storm(waiting, recent, now, rate, window)
        singles += [now] * len(found.single)
        digests += [now] if found.digest else []
        told_ids += found.single + found.digest
        waiting = [one for one in waiting if one.id in found.wait]
    assert sorted(told_ids) == list(range(len(seconds)))
    for begin in singles:
        assert sum(begin <= at < begin + window for at in singles) <= rate
    assert all(b - a >= window for a, b in zip(digests, digests[1:], strict=False))


# Escalation -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passed", "done", "due", "following"),
    [
        (0, 0, [0], 15),
        (14, 1, [], 15),
        (15, 1, [1], 30),
        (40, 1, [1, 2], None),  # the server was down
        (99, 3, [], None),
    ],
)
def test_each_step_is_taken_once_when_its_time_has_come(passed, done, due, following):
    now = NOON + timedelta(minutes=passed)
    found = follow_chain([0, 15, 30], NOON, done, now)
    assert list(found.due) == due
    expected = None if following is None else NOON + timedelta(minutes=following)
    assert found.next_at == expected


@pytest.mark.parametrize(("passed", "following"), [(60, 120), (61, 120), (250, 300)])
def test_reminders_keep_in_step_and_missed_ones_are_not_made_up(passed, following):
    found = next_reminder(NOON, timedelta(hours=1), NOON + timedelta(minutes=passed))
    assert found == NOON + timedelta(minutes=following)


def test_gaps_are_what_nobody_covers():
    def hours(*pairs):
        return [tuple(NOON + timedelta(hours=h) for h in pair) for pair in pairs]

    (start, end), *_rest = hours((0, 10))
    assert gaps(hours((1, 3), (2, 4), (6, 12)), start, end) == hours((0, 1), (4, 6))
    assert gaps([], start, end) == [(start, end)]
    assert gaps(hours((-1, 11)), start, end) == []
