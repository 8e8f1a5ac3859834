from datetime import datetime, timedelta

import pytest

from smartdairy_iot.alerts.outside import minutes_so_far

SIX = datetime(2026, 1, 5, 6)


def test_a_span_adds_to_those_before():
    assert minutes_so_far(10.0, SIX, SIX + timedelta(minutes=2, seconds=30)) == 12.5


@pytest.mark.parametrize("nothing", [None, False])
def test_while_clear_nothing_is_added(nothing):
    assert minutes_so_far(10.0, nothing, SIX) == 10.0


def test_a_device_clock_that_runs_ahead_takes_nothing_away():
    assert minutes_so_far(10.0, SIX, SIX - timedelta(hours=1)) == 10.0
