"""Of a probe that a cooling standard judges, only its own rules about temperature."""

import pytest

from smartdairy_iot.rules.scope import Ranking, Scope, Scoped
from smartdairy_iot.tests.pure.builders import make_rule

PROBE, OTHER = (Scope(device, 3, "raw_milk", "temperature", 2, 1) for device in (7, 8))


def rule(number, reading_type="temperature"):
    return make_rule(threshold_id=number, reading_type=reading_type)


@pytest.mark.parametrize(
    "scope",
    [
        Scope(),
        Scope(place="raw_milk"),
        Scope(device_type="temperature"),
        Scope(farm=2),
        Scope(company=1),
        Scope(profile=3),
    ],
)
def test_a_rule_that_does_not_name_the_probe_does_not_apply(scope):
    ranking = Ranking([Scoped(rule(1), scope)], judged=[PROBE.device])
    assert ranking.winning_ids(ranking.narrow(PROBE)) == set()
    assert ranking.winning_ids(ranking.narrow(OTHER)) == {1}


def test_a_rule_for_the_probe_itself_applies():
    ranking = Ranking(
        [Scoped(rule(1), Scope(place="raw_milk")), Scoped(rule(2), Scope(device=7))],
        judged=[PROBE.device],
    )
    assert ranking.winning_ids(ranking.narrow(PROBE)) == {2}


def test_what_else_the_probe_measures_keeps_its_rules():
    ranking = Ranking([Scoped(rule(1, "humidity"), Scope())], judged=[PROBE.device])
    assert ranking.winning_ids(ranking.narrow(PROBE)) == {1}


def test_a_device_that_is_not_judged_shares_its_rules_with_others_as_before():
    ranking = Ranking([Scoped(rule(1), Scope())], judged=[PROBE.device])
    assert ranking.narrow(OTHER).device is None
