"""Readings that came without an instant of their own."""

from datetime import timedelta

from smartdairy_iot.ingest.arrival import Arrivals
from smartdairy_iot.tests.pure.builders import at, make_sample


def assigned(*samples):
    arrivals = Arrivals()
    for sample in samples:
        arrivals.assign(sample)
    return [sample.time for sample in samples]


def test_two_that_arrive_together_are_told_apart():
    samples = [make_sample(5, has_own_time=False) for _ in range(3)]
    steps = [timedelta(milliseconds=number) for number in range(3)]
    assert assigned(*samples) == [at(5) + step for step in steps]


def test_another_device_keeps_its_instant():
    first = make_sample(5, has_own_time=False)
    other = make_sample(5, has_own_time=False)
    other.device_id = "TEMP-2"
    assert assigned(first, other) == [at(5), at(5)]


def test_an_instant_that_the_device_gave_is_never_changed():
    assert assigned(make_sample(5), make_sample(5)) == [at(5), at(5)]


def test_a_clock_that_was_set_back_makes_no_instant_twice():
    samples = [make_sample(second, has_own_time=False) for second in (9, 5, 5)]
    times = assigned(*samples)
    assert times == sorted(set(times))
