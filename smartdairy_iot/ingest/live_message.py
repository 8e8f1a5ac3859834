"""What the bus carries of a device's newest values. Pure.

A thousand sensors send each second, so keys are short, times are milliseconds after the
message's own, and what is as usual is left out:

=====  =========================================================================
``d``  device id
``v``  values by reading type, those that were told only
``t``  when they were measured; missing: a sign of life, which says nothing of values
``s``  when it was last heard, where that differs
``a``  type of alarm; missing: none
``f``  fault of the probe; missing: none
``o``  1: offline
``b``  battery in percent
``r``  radio signal in percent
=====  =========================================================================

``static/src/telemetry/message.js`` reads it.
"""


def encode(news, at):
    """One reading of the message of ``at``.

    :param news: :class:`~.news.DeviceNews`
    :param at: aware datetime
    """
    reading = {
        "d": news.device_id,
        "v": news.values,
        "t": _after(news.time, at),
        "s": None if news.last_seen == news.time else _after(news.last_seen, at),
        "a": news.alarm_type,
        "f": news.fault,
        "o": None if news.is_online else 1,
        "b": news.battery,
        "r": news.signal,
    }
    return {key: value for key, value in reading.items() if value not in (None, {})}


def _after(time, at):
    return round((time - at).total_seconds() * 1000) if time else None
