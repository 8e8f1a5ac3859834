"""What to change about a rule that alerts too often."""

import pytest

from smartdairy_iot.alerts.hints import Hint, Noise, Settings, hint_of, round_up

NOW = Settings(on_delay=0, cooldown=0, deadband=0.0, has_limit=True)
QUIET = Noise(57, 0, (0, 0, 0, 0, 0), (0, 0, 0, 0), None)


def test_brief_alerts_ask_for_the_shortest_delay_that_spares_most_of_them():
    noise = QUIET._replace(lasted_under=(10, 42, 45, 50, 57))
    assert hint_of(noise, NOW) == Hint("on_delay", 5, 42, 5)


def test_a_delay_that_the_rule_has_already_is_not_proposed():
    noise = QUIET._replace(lasted_under=(10, 42, 45, 50, 57))
    assert hint_of(noise, NOW._replace(on_delay=5)) == Hint("on_delay", 10, 45, 10)


def test_a_value_that_swings_around_the_limit_asks_for_hysteresis():
    noise = QUIET._replace(came_within=(40, 40, 40, 40), overshoot=0.32)
    now = NOW._replace(deadband=0.05, cooldown=120)
    assert hint_of(noise, now) == Hint("deadband", 0.4, 40, 10)


def test_where_there_is_no_limit_there_is_no_hysteresis():
    noise = QUIET._replace(came_within=(40, 41, 42, 43), overshoot=1.0)
    told = hint_of(noise, NOW._replace(has_limit=False))
    assert told == Hint("cooldown", 10, 40, 10)


def test_alerts_that_follow_each_other_ask_for_a_cooldown():
    noise = QUIET._replace(came_within=(3, 9, 39, 50))
    assert hint_of(noise, NOW) == Hint("cooldown", 60, 39, 60)


def test_what_people_dismiss_asks_for_another_limit():
    assert hint_of(QUIET._replace(dismissed=40), NOW) == Hint("limit", None, 40, None)


def test_the_change_that_spares_the_most_is_proposed():
    noise = QUIET._replace(lasted_under=(0, 30, 30, 30, 30), dismissed=50)
    assert hint_of(noise, NOW).kind == "limit"


def test_a_rule_whose_alerts_last_is_left_alone():
    assert hint_of(QUIET, NOW) is None


def test_of_few_alerts_nothing_follows():
    assert hint_of(QUIET._replace(count=9, dismissed=9), NOW) is None


@pytest.mark.parametrize(
    ("value", "rounded"), [(0.37, 0.4), (0.4, 0.4), (1.0, 1.0), (1.2, 2.0), (12.1, 20)]
)
def test_a_value_to_enter_has_one_digit(value, rounded):
    assert round_up(value) == pytest.approx(rounded)
