"""Which of several rules applies to a device?"""

import itertools

import pytest

from smartdairy_iot.rules.scope import Ranking, Scope, Scoped
from smartdairy_iot.tests.pure.builders import make_rule

DEVICE = Scope(1, 2, "raw_milk", "temperature", 3, 4)
OTHER = Scope(9, 8, "storage", "humidity", 7, 6)


def scoped(rule_id, *named, at=DEVICE, **changes):
    """A rule that names these of what the device is."""
    scope = Scope(**{name: getattr(at, name) for name in named})
    return Scoped(make_rule(None, threshold_id=rule_id, **changes), scope)


def winners(*rules, device=DEVICE):
    found = Ranking(rules).winners(device)
    return {key: [rule.threshold_id for rule in won] for key, won in found.items()}


def winner(*rules, device=DEVICE):
    return winners(*rules, device=device).get(("limit", "temperature"))


@pytest.mark.parametrize(
    ("wide", "narrow"), list(itertools.combinations(reversed(Scope._fields), 2))
)
def test_the_more_specific_of_two_scopes_wins(wide, narrow):
    assert winner(scoped(1, wide), scoped(2, narrow)) == [2]
    assert winner(scoped(2, narrow), scoped(1, wide)) == [2], "in any order"


@pytest.mark.parametrize("name", Scope._fields)
def test_a_rule_that_names_anything_wins_over_one_for_all(name):
    assert winner(scoped(1), scoped(2, name)) == [2]


@pytest.mark.parametrize("name", Scope._fields)
def test_a_rule_for_others_does_not_apply(name):
    assert winner(scoped(1, name), device=OTHER) is None
    assert winner(scoped(1, name), device=Scope()) is None, "it has none of these"
    assert winner(scoped(1, name), scoped(2), device=OTHER) == [2]


def test_all_the_names_of_less_weight_do_not_outweigh_one():
    others = "profile", "place", "device_type", "farm", "company"
    assert winner(scoped(1, *others), scoped(2, "device")) == [2]


def test_of_two_for_the_same_place_the_one_that_names_the_farm_too_wins():
    assert winner(scoped(1, "place"), scoped(2, "place", "farm")) == [2]


def test_rules_that_name_the_same_apply_all_the_most_severe_first():
    rules = [
        scoped(1, "place", severity="low"),
        scoped(2, "place", severity="critical"),
        scoped(3, "place", severity="medium"),
    ]
    for order in itertools.permutations(rules):
        assert winner(*order) == [2, 3, 1]


def test_each_kind_and_reading_type_is_ranked_by_itself():
    rules = [
        scoped(1, "device"),
        scoped(2, reading_type="humidity"),
        scoped(3, kind="rate"),
        scoped(4, kind="offline", reading_type=None),
    ]
    assert winners(*rules) == {
        ("limit", "temperature"): [1],
        ("limit", "humidity"): [2],
        ("rate", "temperature"): [3],
        ("offline", None): [4],
    }


def test_what_no_rule_asks_for_makes_no_scope_of_its_own():
    ranking = Ranking([scoped(1, "farm"), scoped(2, "device")])
    other = DEVICE._replace(device=5, profile=6)
    assert ranking.narrow(other) == other._replace(
        device=None, profile=None, company=None
    )
    assert ranking.narrow(DEVICE) == DEVICE, "it has a rule of its own"


@pytest.mark.parametrize("device", [DEVICE, OTHER, Scope(), DEVICE._replace(device=5)])
def test_the_narrowed_scope_has_the_same_rules(device):
    names = [c for n in range(3) for c in itertools.combinations(Scope._fields, n)]
    ranking = Ranking(
        scoped(n, *named, severity="low" if n % 2 else "high")
        for n, named in enumerate(names)
    )
    assert ranking.winners(ranking.narrow(device)) == ranking.winners(device)
