"""How long a device may be silent depends on what it is."""

import pytest

from smartdairy_iot.health.silence import interval, is_a_rule, offline_after


def test_a_milk_meter_is_silent_from_the_evening_to_the_morning():
    assert offline_after("milk_meter") == 16 * 3600
    assert offline_after("temperature") == 300


@pytest.mark.parametrize("seconds, expected", [(300, 60), (2, 1), (3600, 720)])
def test_who_always_sends_has_missed_five_messages(seconds, expected):
    assert interval("ph_sensor", seconds) == expected


def test_a_milk_meter_sends_each_minute_while_it_milks_however_long_it_may_be_silent():
    assert interval("milk_meter", offline_after("milk_meter")) == 60


def test_what_nobody_chose_is_told_from_what_somebody_did():
    assert is_a_rule(300) and is_a_rule(57_600)
    assert not is_a_rule(900)
