"""Of a few measurements."""


def percentile(took, part):
    """Of milliseconds in any order: the lowest that so many per cent do not exceed."""
    ordered = sorted(took)
    return ordered[min(len(ordered) - 1, len(ordered) * part // 100)]
