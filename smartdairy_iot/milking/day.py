"""On which day of the farm, and at which of its milkings. Pure."""

from datetime import datetime, time, timedelta

_MORNING, _EVENING = range(3, 12), range(14, 22)  # hours of the farm's clock
MILKINGS = ("morning", "evening", "other")


def local_day(at, zone):
    """:param at: aware datetime; :param zone: the farm's :class:`~zoneinfo.ZoneInfo`"""
    return at.astimezone(zone).date()


def milking_of(start, zone):
    """``morning``, ``evening`` or ``other``: a robot milks at any hour."""
    hour = start.astimezone(zone).hour
    if hour in _MORNING:
        return "morning"
    return "evening" if hour in _EVENING else "other"


def span_of(day, zone):
    """Its two midnights, aware: 23, 24 or 25 hours apart."""
    return tuple(
        datetime.combine(day + timedelta(days=days), time(), zone) for days in (0, 1)
    )
