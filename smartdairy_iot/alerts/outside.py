"""How long a condition has held. Pure."""


def minutes_outside(stored, since, until):
    """
    :param stored: minutes of the spans before this one
    :param since: when this span began, None (or False) while there is none
    :param until: end of the span; one that ends before it begins counts as nothing
    """
    if not since:
        return stored
    return stored + max(0.0, (until - since).total_seconds() / 60)
