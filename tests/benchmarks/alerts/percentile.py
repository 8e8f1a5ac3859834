"""Of a few measurements."""

import math


def percentile(took, part):
    """The lowest of them that so many per cent do not exceed (nearest rank)."""
    ordered = sorted(took)
    return ordered[math.ceil(len(ordered) * part / 100) - 1]
