"""Numbers as people read them. Pure."""


def decimals(value, most=2):
    """How many places after the point a value needs.

    >>> [decimals(value) for value in (6.0, 9.1, 6.501, 750000.0)]
    [0, 1, 1, 0]
    """
    places = f"{value:.{most}f}".rstrip("0").partition(".")[2]
    return len(places)
