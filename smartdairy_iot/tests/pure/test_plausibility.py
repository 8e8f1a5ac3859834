"""What cannot be true is the probe's fault."""

from datetime import timedelta

import pytest

from smartdairy_iot.ingest.device import Checks
from smartdairy_iot.ingest.message import Fault
from smartdairy_iot.ingest.plausibility import Plausibility
from smartdairy_iot.tests.pure.builders import NOW, at, make_sample

HOUR = 3600
DAY = 24 * HOUR
MINUTE = 60


def judge(readings, checks=None, reading_type="temperature", **changes):
    """The fault of each ``(seconds, value)``, in the order in which they arrive."""
    plausibility = Plausibility()
    return [
        judge_one(plausibility, seconds, value, checks, reading_type, **changes)
        for seconds, value in readings
    ]


def judge_one(
    plausibility, seconds, value, checks=None, reading_type="temperature", **changes
):
    sample = make_sample(seconds, {reading_type: value}, **changes)
    return plausibility.check(sample, checks or Checks()).get(reading_type)


def test_ordinary_readings_are_believed():
    readings = [(MINUTE * n, 3.8 + n % 7 / 10) for n in range(100)]
    assert set(judge(readings)) == {None}


def test_each_reading_of_a_message_is_judged_by_itself():
    plausibility = Plausibility()
    plausibility.check(make_sample(0, {"temperature": 4.0, "humidity": 81.0}), Checks())
    sample = make_sample(1, {"temperature": -127.0, "humidity": 81.5})
    faults = plausibility.check(sample, Checks())
    assert faults == {"temperature": Fault.PROBE_ERROR}


def test_devices_do_not_share_what_is_remembered():
    plausibility = Plausibility()
    judge_one(plausibility, 0, 4.0, device_id="TEMP-1")
    assert judge_one(plausibility, 1, 84.0, device_id="TEMP-2") is None
    assert judge_one(plausibility, 1, 84.0, device_id="TEMP-1") is Fault.JUMP


# The value by which a probe says that it failed


@pytest.mark.parametrize(
    ("readings", "fault"),
    [
        ([(0, -127.0)], Fault.PROBE_ERROR),
        ([(0, -120.0), (10, -127.0)], Fault.PROBE_ERROR),
        ([(0, 85.0)], Fault.PROBE_ERROR),
        ([(0, 4.0), (HOUR, 85.0)], Fault.PROBE_ERROR),
        ([(0, 4.0), (10, 85.0), (20, 85.0)], Fault.PROBE_ERROR),
        ([(0, 74.9), (10, 85.0)], Fault.PROBE_ERROR),
        ([(0, 75.0), (10, 85.0)], None),
        ([(0, 80.0), (10, 83.0), (20, 85.0), (30, 85.0)], None),
        ([(0, 90.0), (10, 85.0)], None),
        ([(0, 84.9)], None),
    ],
)
def test_the_error_values_of_a_ds18b20_are_told_from_a_hot_cleaning(readings, fault):
    assert judge(readings)[-1] is fault


def test_a_probe_that_says_85_again_and_again_from_the_start_is_believed():
    """As a pasteuriser; what a DS18B20 says before it measures, it says once."""
    readings = [(0, 85.0), (60, 85.0), (120, 85.0)]
    assert judge(readings) == [Fault.PROBE_ERROR, None, None]


def test_a_probe_error_is_none_of_the_values_that_the_next_is_compared_with():
    assert judge([(0, 4.0), (1, 85.0), (2, -127.0), (3, 4.1)])[-1] is None


@pytest.mark.parametrize("reading_type", ["humidity", "ph", "volume", "battery"])
def test_only_a_temperature_has_error_values(reading_type):
    checks = Checks(error_values=frozenset({7.0}))
    assert judge([(0, 7.0)], checks, reading_type) == [None]


def test_a_profile_has_its_own_error_values():
    checks = Checks(error_values=frozenset({99.9}))
    faults = judge([(0, 99.0), (1, 99.9), (2, 85.0)], checks)
    assert faults == [None, Fault.PROBE_ERROR, None]
    assert judge([(0, 85.0)], Checks(error_values=frozenset())) == [None]


def test_an_error_value_is_also_known_when_it_was_sent_in_fahrenheit():
    original = {"temperature": [-196.6, "°F"]}
    assert judge([(0, -127.04)], original=original) == [Fault.PROBE_ERROR]
    assert judge([(0, -127.06)], original=original) == [None]
    assert judge([(0, -127.04)]) == [None]
    assert judge([(0, -127.04)], original={"humidity": [0.8, "ratio"]}) == [None]


# The very same value for hours


def test_a_value_that_never_changes_is_stuck_after_its_hours():
    readings = [(0, 3.8), (DAY - 1, 3.8), (DAY, 3.8), (DAY + 1, 3.8), (DAY + 2, 3.9)]
    assert judge(readings) == [None, None, Fault.STUCK, Fault.STUCK, None]


def test_each_change_begins_the_hours_anew():
    readings = [(0, 3.8), (DAY - 2, 3.9), (DAY - 1, 3.8), (DAY, 3.8), (DAY + HOUR, 3.8)]
    assert set(judge(readings)) == {None}


def test_the_hours_are_those_of_the_device_s_clock_and_of_its_profile():
    late = {"received_at": at(10 * DAY)}
    checks = Checks(stuck_after=2 * HOUR)
    readings = [(0, 3.8), (HOUR, 3.8), (2 * HOUR, 3.8)]
    assert judge(readings, checks, **late) == [None, None, Fault.STUCK]


def test_no_hours_mean_that_nothing_is_ever_stuck():
    assert judge([(0, 3.8), (900 * DAY, 3.8)], Checks(stuck_after=0)) == [None, None]


@pytest.mark.parametrize(
    ("reading_type", "value", "fault"),
    [
        ("humidity", 81.0, Fault.STUCK),
        ("humidity", 100.0, None),
        ("humidity", 0.0, None),
        ("ph", 6.7, Fault.STUCK),
        ("conductivity", 5.1, Fault.STUCK),
        ("pressure", 2.5, Fault.STUCK),
        ("pressure", 0.0, Fault.STUCK),
        ("volume", 0.0, None),
        ("flow_rate", 0.0, None),
        ("fat_percent", 4.2, None),
        ("protein_percent", 3.4, None),
        ("scc", 120_000, None),
        ("battery", 93.0, None),
        ("signal", 71.0, None),
    ],
)
def test_only_a_noisy_quantity_can_be_stuck(reading_type, value, fault):
    readings = [(0, value), (DAY, value)]
    assert judge(readings, reading_type=reading_type)[-1] is fault


def test_a_milk_meter_that_nobody_uses_is_not_stuck():
    assert judge([(0, 21.0), (DAY, 21.0)], device_type="milk_meter") == [None, None]


def test_a_late_reading_neither_is_stuck_nor_ends_it():
    readings = [(0, 3.8), (2 * DAY, 3.8), (DAY, 9.9), (DAY + 1, 3.8), (3 * DAY, 3.8)]
    assert judge(readings) == [None, Fault.STUCK, None, None, Fault.STUCK]


# Further from the last one than is possible


def test_one_spike_is_marked_and_the_readings_after_it_are_believed():
    readings = [(0, 3.8), (1, 60.0), (2, 3.9), (3, 3.8)]
    assert judge(readings) == [None, Fault.JUMP, None, None]


def test_a_real_step_is_believed_at_its_second_reading():
    readings = [(0, 3.8), (1, 60.0), (2, 61.0), (3, 60.5)]
    assert judge(readings) == [None, Fault.JUMP, None, None]


def test_two_spikes_to_opposite_sides_are_both_marked():
    readings = [(0, 3.8), (1, 60.0), (2, -60.0), (3, 3.9), (4, 120.0)]
    marked = Fault.JUMP
    assert judge(readings) == [None, marked, marked, None, marked]


def test_a_dead_chiller_shows_through_a_limit_that_is_too_narrow():
    """3 °C a minute where the profile says 2: doubted once, not for ever."""
    rise = [(minute * MINUTE, 4.0 + 3 * minute) for minute in range(6)]
    found = judge(rise, Checks(max_per_minute=2.0))
    assert found[:3] == [None, Fault.JUMP, None]
    assert found.count(Fault.JUMP) < len(found) / 2 + 1
    assert found[-2:] != [Fault.JUMP, Fault.JUMP]


@pytest.mark.parametrize(
    ("seconds", "value", "fault"),
    [
        (1, 19.0, None),
        (1, 19.1, Fault.JUMP),
        (1, -11.1, Fault.JUMP),
        (6, 34.0, None),
        (6, 34.1, Fault.JUMP),
        (10 * MINUTE + 1, 250.0, None),
    ],
)
def test_how_far_a_temperature_may_be_depends_on_the_time_between(
    seconds, value, fault
):
    assert judge([(0, 4.0), (seconds, value)])[-1] is fault


@pytest.mark.parametrize(
    ("reading_type", "before", "possible", "impossible"),
    [
        ("humidity", 20.0, 70.0, 71.0),
        ("ph", 6.7, 10.6, 11.0),
        ("conductivity", 5.0, 64.0, 66.0),
        ("pressure", 2.5, 22.0, 23.0),
    ],
)
def test_each_noisy_quantity_has_its_own_step(
    reading_type, before, possible, impossible
):
    assert judge([(0, before), (1, possible)], None, reading_type)[-1] is None
    fault = judge([(0, before), (1, impossible)], None, reading_type)[-1]
    assert fault is Fault.JUMP


@pytest.mark.parametrize(
    "reading_type", ["volume", "flow_rate", "scc", "fat_percent", "battery", "signal"]
)
def test_what_may_begin_anew_at_any_time_never_jumps(reading_type):
    assert judge([(0, 0.0), (1, 100.0)], None, reading_type) == [None, None]


@pytest.mark.parametrize(
    ("seconds", "value", "fault"),
    [
        (1, 6.0, None),
        (1, 6.1, Fault.JUMP),
        (5 * MINUTE, 14.0, None),
        (5 * MINUTE, 14.1, Fault.JUMP),
        (11 * MINUTE, 99.0, None),
    ],
)
def test_a_profile_has_its_own_step_for_the_main_reading(seconds, value, fault):
    checks = Checks(max_per_minute=2.0)
    assert judge([(0, 4.0), (seconds, value)], checks)[-1] is fault
    assert judge([(0, 4.0), (seconds, 14.0)], checks, "humidity")[-1] is None


def test_a_profile_s_step_counts_also_where_there_is_none_by_itself():
    readings = [(0, 0.0), (1, 11.0)]
    flow = {"reading_type": "flow_rate", "device_type": "flow_sensor"}
    assert judge(readings, Checks(max_per_minute=10.0), **flow)[-1] is Fault.JUMP


def test_a_late_reading_neither_jumps_nor_is_the_next_compared_with_it():
    readings = [(0, 3.8), (60, 3.9), (30, 80.0), (61, 3.8), (40, -127.0)]
    assert judge(readings) == [None, None, None, None, Fault.PROBE_ERROR]


def test_a_redelivered_spike_is_the_same_spike_and_not_its_confirmation():
    readings = [(0, 3.8), (1, 60.0), (1, 60.0), (2, 3.9)]
    assert judge(readings) == [None, Fault.JUMP, Fault.JUMP, None]


# What a listener hands over to the next


def test_a_listener_goes_on_where_the_last_one_stopped():
    before = Plausibility()
    judge_one(before, 0, 3.8)
    judge_one(before, DAY - HOUR, 3.8)
    steady_since = before.snapshot("TEMP-1")
    assert steady_since == {"temperature": NOW.isoformat()}
    after = Plausibility()
    after.restore({"TEMP-1": ({"temperature": 3.8}, steady_since)})
    assert judge_one(after, DAY, 3.8) is Fault.STUCK
    assert after.snapshot("TEMP-1") == steady_since


def test_only_what_is_the_same_for_an_hour_is_worth_keeping():
    plausibility = Plausibility()
    judge_one(plausibility, 0, 3.8)
    judge_one(plausibility, HOUR - 1, 3.8)
    assert plausibility.snapshot("TEMP-1") == {}
    judge_one(plausibility, HOUR, 3.8)
    assert plausibility.snapshot("TEMP-1") == {"temperature": NOW.isoformat()}
    judge_one(plausibility, HOUR + 1, 3.9)
    assert plausibility.snapshot("TEMP-1") == {}


def test_what_was_restored_tells_a_hot_cleaning_from_a_probe_error():
    after = Plausibility()
    after.restore(
        {"TEMP-1": ({"temperature": 84.0}, {"temperature": at(0).isoformat()})}
    )
    assert judge_one(after, HOUR, 85.0) is None


def test_what_was_heard_since_counts_more_than_what_was_saved():
    plausibility = Plausibility()
    judge_one(plausibility, HOUR, 3.9)
    saved = {"TEMP-1": ({"temperature": 3.8}, {"temperature": NOW.isoformat()})}
    plausibility.restore(saved)
    since = (NOW + timedelta(hours=1)).isoformat()
    judge_one(plausibility, 3 * HOUR, 3.9)
    assert plausibility.snapshot("TEMP-1") == {"temperature": since}


@pytest.mark.parametrize(
    "saved", [(None, None), ({}, {}), ({"ph": 6.7}, None), (None, {"ph": "2026-01-05"})]
)
def test_a_device_that_has_said_nothing_yet_is_restored_to_nothing(saved):
    plausibility = Plausibility()
    plausibility.restore({"TEMP-1": saved})
    assert plausibility.snapshot("TEMP-1") == {}


def test_nothing_is_kept_of_a_device_that_is_forgotten():
    plausibility = Plausibility()
    judge_one(plausibility, 0, 3.8)
    plausibility.forget({"TEMP-1", "TEMP-2"})
    assert plausibility.snapshot("TEMP-1") == {}
    assert judge_one(plausibility, 1, 60.0) is None
