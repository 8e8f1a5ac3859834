"""How long a condition has held. Pure."""

from ..rules.excursion import minutes_outside


def minutes_so_far(stored, since, until):
    """
    :param stored: minutes of the spans before this one
    :param since: when this span began, None (or False) while there is none
    :param until: end of the span; one that ends before it begins counts as nothing
    """
    if not since:
        return stored
    return stored + minutes_outside([(True, since)], max(since, until))
