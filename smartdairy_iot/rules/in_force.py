"""What is in force for a device, wherever it is, as the listener knows it. Pure."""

from .kind import around
from .rule import INSTANT


def by_place(ranking, scope, places):
    """``(limits, those about the normal, watches)``, each ``{place: {key: rules}}``.

    Kinds of place where the same applies share it.

    :param ranking: :class:`~.scope.Ranking`
    :param scope: :class:`~.scope.Scope` of devices
    :param places: all kinds of them
    """
    limits, relative, watches = {}, {}, {}
    for place in places:
        of_reading, of_normal, others = {}, {}, {}
        for key, rules in ranking.winners(scope._replace(place=place)).items():
            kind, reading_type = key
            if kind == "deviation":
                of_normal[reading_type] = rules
            elif kind in INSTANT:
                of_reading[reading_type] = rules
            else:
                others[key] = rules
        limits[place] = _shared(of_reading, limits)
        relative[place] = _shared(of_normal, relative)
        watches[place] = _shared(others, watches)
    return limits, relative, watches


def _shared(found, by_place):
    return next((known for known in by_place.values() if known == found), found)


def with_normals(limits, relative, normals):
    """The limits, and around the device's normal those of the rules about it.

    What the places have in common is made once: there may be tens of thousands of such
    devices.

    :param normals: ``{(reading type, window): (mean, standard deviation)}``
    """
    own, made = {}, {}
    for place, of_reading in limits.items():
        parts = id(of_reading), id(relative[place])
        if parts not in made:
            made[parts] = merged = dict(of_reading)
            for reading_type, rules in relative[place].items():
                if id(rules) not in made:
                    made[id(rules)] = _around_normal(rules, normals)
                others = merged.get(reading_type, ())
                merged[reading_type] = others + made[id(rules)]
        own[place] = made[parts]
    return own


def _around_normal(rules, normals):
    return tuple(
        around(rule, *normals[rule.reading_type, rule.window])
        for rule in rules
        if (rule.reading_type, rule.window) in normals
    )
