"""For how long a kind of device is silent when all is well. Pure.

One expectation for both questions: *offline* is silence for longer than that, *no data*
is so many sending intervals without a reading.
"""

INTERVAL = 60  # seconds, as a rule
_MISSED = 5  # messages, until it counts as offline
# From one milking to the next: of two a day the longer pause is 14 hours; and two more.
_BETWEEN_MILKINGS = 16 * 3600
_AWAKE_AT_TIMES = {"milk_meter": _BETWEEN_MILKINGS}


def offline_after(device_type):
    """Seconds, of a device of which nobody has said anything else."""
    return _AWAKE_AT_TIMES.get(device_type, INTERVAL * _MISSED)


def interval(device_type, offline_after):
    """Seconds; while it is awake.

    :param offline_after: seconds, as somebody has chosen it
    """
    if device_type in _AWAKE_AT_TIMES:
        return INTERVAL
    return max(1, offline_after // _MISSED)


def is_a_rule(seconds):
    """Whether some kind of device has this without anybody's choice."""
    return seconds in (INTERVAL * _MISSED, *_AWAKE_AT_TIMES.values())
