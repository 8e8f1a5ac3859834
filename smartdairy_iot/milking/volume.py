"""Litres that each message adds, whichever way the meter counts them. Pure."""

from .message import END

_RESET = 0.5  # a counter that shows less than this part of what it did began anew


def added(messages, meter, before=None):
    """How many litres came with each message.

    :param messages: of one milking, in order
    :param before: what a ``counter`` showed before the first; None: not known, so the
        first only tells where it stands
    :return: list of litres, none negative
    """
    if meter.volume == "delta":
        return [
            max(0.0, message.volume or 0.0) if message.kind != END else 0.0
            for message in messages
        ]
    shown = before if meter.volume == "counter" else 0.0
    litres = []
    for message in messages:
        more, shown = _step(message.volume, shown)
        litres.append(more)
    return litres


def _step(volume, shown):
    """``(litres more, what it shows now)``"""
    if volume is None:
        return 0.0, shown
    if shown is None:
        return 0.0, volume
    if volume < shown * _RESET:
        return volume, volume  # a reset: what it shows came since
    return max(0.0, volume - shown), max(volume, shown)  # a little less is its noise
