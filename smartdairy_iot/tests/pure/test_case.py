"""A device and a rule: what its clock, its gateway and its silence change."""

from datetime import timedelta

import pytest

from smartdairy_iot.rules.attention import Alarms, Watch
from smartdairy_iot.rules.case import AlertRow, Case, Live, standing
from smartdairy_iot.rules.evaluate import Ended
from smartdairy_iot.rules.present import runs_now
from smartdairy_iot.rules.rule import Level
from smartdairy_iot.rules.schedule import Schedule
from smartdairy_iot.tests.pure.alert_book import runs_of
from smartdairy_iot.tests.pure.builders import at, make_device, make_rule

HOUR = 3600


def make_case(rule=None, live=None, alert=None, watch=None, alarms=()):
    rule = rule or make_rule()
    return Case(make_device("TEMP-1"), rule, live or Live(), alert, watch, list(alarms))


def make_alert(**changes):
    values = {
        "id": 1,
        "device_id": 1,
        "threshold_id": 1,
        "is_active": True,
        "severity": "medium",
        "peak_value": 5.0,
        "started_at": at(0),
        "cleared_at": None,
        "told_at": at(0),
    }
    return AlertRow(**values | changes)


@pytest.mark.parametrize("offset", [-2 * HOUR, 0, 300])
def test_a_clock_that_is_off_makes_no_alarm_a_backfill_and_no_delay_shorter(offset):
    rule = make_rule(on_delay=600)
    live = Live({"temperature": 6.0}, at(offset), None, None, 60, float(offset))
    stored = {at(offset + n): 6.0 for n in range(0, 541, 30)}
    alarm = Alarms("TEMP-1", "temperature", "high", at(offset), at(offset + 540), 6.0)
    case = make_case(rule, live, alarms=[alarm])
    assert case.historic_from(at(540)) is None
    verdict = case.judge(runs_of(rule, stored, at(offset)), at(540))
    assert verdict.outcome is None, "nine minutes, by any clock"
    assert verdict.look_at == at(600), "by ours"
    stored[at(offset + 600)] = 6.0
    verdict = case.judge(runs_of(rule, stored, at(offset)), at(600))
    assert verdict.outcome.started_at == at(offset), "by the device's"


def test_a_backfill_is_read_when_it_comes_and_then_every_ten_seconds():
    said = "TEMP-1", "temperature", "high", at(-HOUR), at(-HOUR), 6.0, at(0)
    case = make_case(alarms=[Alarms(*said)])
    runs = [case.is_to_look_back(at(second - 1), at(second)) for second in range(30)]
    assert runs[0], "it came just now"
    assert sum(runs) <= 4, "of thirty runs"
    assert any(runs[15:]), "a batch that commits late is seen"


def test_the_cooldown_counts_from_when_people_ended_it_whatever_the_device_says():
    live = Live({"temperature": 6.0}, at(-HOUR), None, None, 60, -float(HOUR))
    case = make_case(live=live).with_ended(Ended("medium", at(0)), None)
    runs = runs_of(case.rule, {at(60 - HOUR): 6.0, at(90 - HOUR): 6.0}, at(-HOUR))
    assert case.told_until == at(-HOUR)
    verdict = case.judge(runs, at(90))
    assert (verdict.outcome, verdict.look_at) == (None, at(1800))


def test_a_value_that_is_the_probes_fault_tells_neither_way():
    live = Live({"temperature": 3.0}, at(0), "stuck_temperature")
    assert make_case(live=live).back_at is None
    assert make_case(live=live._replace(fault="stuck_humidity")).back_at == at(0)


def test_a_clock_that_is_ahead_delays_no_clear():
    live = Live({"temperature": 3.0}, at(10), clock_offset=300.0)  # when received
    alert = make_alert(started_at=at(300))
    case = make_case(live=live, alert=alert, watch=Watch(at(300), None))
    assert case.look_from(at(10)) == at(300)


def test_of_alerts_that_hold_the_most_severe_of_a_subject_counts():
    cases = [
        make_case(alert=make_alert(severity=severity, is_active=is_active))
        for severity, is_active in (("low", True), ("high", True), ("critical", False))
    ]
    assert standing(cases) == {cases[0].subject: 2}


# Of conditions only the present is known ----------------------------------------------

BATTERY = make_rule(
    Level("high", 5.0), kind="battery", reading_type=None, low=20.0, high=None
)._replace(deadband=5.0)


@pytest.mark.parametrize(
    ("value", "outside"),
    [
        (15.0, [True, False]),
        (3.0, [True, True]),
        (22.0, [None, False]),
        (90.0, [False] * 2),
    ],
)
def test_each_level_is_told_apart_and_the_deadband_tells_nothing(value, outside):
    case = make_case(BATTERY)
    runs = runs_now(BATTERY, value, None, case, at(9))
    told = [run[0].is_outside if run else None for run in runs.values()]
    assert told == outside


def test_a_condition_opens_with_the_time_since_when_it_holds_and_clears():
    rule = make_rule(None, low=None, high=0.0, kind="offline", on_delay=60)._replace(
        deadband=0.0, reading_type=None
    )
    case = make_case(rule)
    verdict = case.judge(runs_now(rule, 1.0, at(-30), case, at(0)), at(0))
    assert (verdict.outcome, verdict.look_at) == (None, at(30))
    verdict = case.judge(runs_now(rule, 1.0, at(-30), case, at(30)), at(30))
    assert verdict.outcome.started_at == at(-30)
    case = case._replace(alert=make_alert(started_at=at(-30), peak_value=1.0))
    verdict = case.judge(runs_now(rule, 0.0, None, case, at(50)), at(50))
    assert verdict.outcome.turns == ((False, at(50)),)


def test_the_off_delay_of_a_condition_counts_from_the_first_look_that_found_it_well():
    rule = BATTERY._replace(off_delay=timedelta(seconds=60))
    case = make_case(rule, alert=make_alert(peak_value=15.0))
    first = case.judge(runs_now(rule, 90.0, None, case, at(100)), at(100))
    assert (first.outcome, first.look_at) == (None, at(160))
    later = case._replace(watch=Watch(first.look_from, first.look_at))
    again = later.judge(runs_now(rule, 90.0, None, later, at(130)), at(130))
    assert (again.outcome, again.look_at) == (None, at(160))
    cleared = later.judge(runs_now(rule, 90.0, None, later, at(160)), at(160))
    assert cleared.outcome.turns == ((False, at(100)),)


@pytest.mark.parametrize("offset", [-2.0 * HOUR, 2.0 * HOUR])
def test_delays_of_a_condition_are_by_our_clock_however_wrong_the_devices_is(offset):
    rule = BATTERY._replace(off_delay=timedelta(seconds=60))
    rule = rule._replace(levels=(rule.levels[0]._replace(on_delay=timedelta(0, 60)),))
    live = Live(clock_offset=offset)
    case = make_case(rule, live)
    first = case.judge(runs_now(rule, 15.0, at(0), case, at(30)), at(30))
    assert (first.outcome, first.look_at) == (None, at(60))
    alert = make_alert(peak_value=15.0)
    case = make_case(rule, live, alert)
    first = case.judge(runs_now(rule, 90.0, None, case, at(100)), at(100))
    assert (first.outcome, first.look_at) == (None, at(160))
    case = case._replace(watch=Watch(first.look_from, first.look_at))
    cleared = case.judge(runs_now(rule, 90.0, None, case, at(160)), at(160))
    assert cleared.outcome.turns == ((False, at(100)),)


def test_a_condition_counts_only_while_its_rule_is_in_force():
    # In Amsterdam it is Monday, 7:00; the rule begins at 7:10 and ends at 7:20.
    schedule = Schedule.of([(range(7), 7 * 60 + 10, 7 * 60 + 20)])
    rule = make_rule(None, low=None, high=0.0, kind="offline", on_delay=60)._replace(
        deadband=0.0, reading_type=None, schedule=schedule
    )
    case = make_case(rule)
    for second, is_told in ((300, False), (620, False), (660, True)):
        runs = runs_now(rule, 1.0, at(-HOUR), case, at(second))
        verdict = case.judge(runs, at(second))
        assert bool(verdict.outcome) == is_told, second
    assert verdict.outcome.started_at == at(600), "it began with the rule"
    case = make_case(rule, alert=make_alert(started_at=at(600), peak_value=1.0))
    verdict = case.judge(runs_now(rule, 1.0, at(-HOUR), case, at(1200)), at(1200))
    assert verdict.outcome.turns == ((False, at(1200)),)


# How fast a value moves ---------------------------------------------------------------


@pytest.mark.parametrize("offset", [-2 * HOUR, 0, 300])
def test_what_has_moved_since_the_last_look_is_seen_whatever_the_devices_clock(offset):
    rule = make_rule(kind="rate")
    heard = at(10 + min(offset, 0))  # no later than it was received
    live = Live({"temperature": 6.0}, heard, clock_offset=float(offset))
    case = make_case(rule, live)
    assert case.moves_from(at(0)) == at(offset)
    assert case.moves_from(at(20)) is None, "nothing was heard since"
