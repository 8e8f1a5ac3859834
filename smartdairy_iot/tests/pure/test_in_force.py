"""What of the rules the listener's map keeps of each device."""

from datetime import timedelta

import pytest

from smartdairy_iot.rules.in_force import by_place, with_normals
from smartdairy_iot.rules.scope import Ranking, Scope, Scoped
from smartdairy_iot.tests.pure.builders import make_rule

PLACES = ["raw_milk", "transport", "storage"]
DAYS = timedelta(days=14)
COLD = Scoped(make_rule(threshold_id=1), Scope(place="raw_milk"))
WARM = Scoped(make_rule(threshold_id=2, high=7.0), Scope())
OFFLINE = Scoped(make_rule(threshold_id=3, kind="offline", reading_type=None), Scope())
RATE = Scoped(make_rule(threshold_id=4, kind="rate"), Scope())
NORMAL = Scoped(
    make_rule(
        None,
        threshold_id=5,
        low=-3.0,
        high=3.0,
        kind="deviation",
        window=DAYS.total_seconds(),
    ),
    Scope(),
)


def ids(found):
    return {
        place: {key: [rule.threshold_id for rule in rules] for key, rules in of.items()}
        for place, of in found.items()
    }


def test_what_one_reading_shows_is_apart_from_what_takes_more():
    limits, relative, watches = by_place(
        Ranking([COLD, WARM, OFFLINE, RATE, NORMAL]), Scope(), PLACES
    )
    assert ids(limits)["raw_milk"] == {"temperature": [1]}
    assert ids(limits)["storage"] == {"temperature": [2]}
    assert ids(relative)["storage"] == {"temperature": [5]}
    assert ids(watches)["storage"] == {
        ("offline", None): [3],
        ("rate", "temperature"): [4],
    }


def test_places_where_the_same_applies_share_it():
    limits, _relative, watches = by_place(
        Ranking([COLD, WARM, OFFLINE]), Scope(), PLACES
    )
    assert limits["transport"] is limits["storage"]
    assert limits["transport"] is not limits["raw_milk"]
    assert watches["raw_milk"] is watches["storage"]


def test_a_device_with_a_normal_has_limits_around_it_besides_the_others():
    limits, relative, _watches = by_place(
        Ranking([COLD, WARM, NORMAL]), Scope(), PLACES
    )
    own = with_normals(limits, relative, {("temperature", DAYS): (5.0, 0.5)})
    assert ids(own)["raw_milk"] == {"temperature": [1, 5]}
    assert own["storage"]["temperature"][1][2][0][1:3] == (3.5, 6.5)
    assert own["storage"] is own["transport"]
    assert ids(limits)["raw_milk"] == {"temperature": [1]}, "others share it"


@pytest.mark.parametrize(
    "normals", [{}, {("ph", DAYS): (5, 1)}, {("temperature", DAYS * 2): (5, 1)}]
)
def test_without_a_normal_of_that_reading_and_time_there_are_no_such_limits(normals):
    limits, relative, _watches = by_place(
        Ranking([COLD, WARM, NORMAL]), Scope(), PLACES
    )
    assert ids(with_normals(limits, relative, normals)) == ids(limits)
