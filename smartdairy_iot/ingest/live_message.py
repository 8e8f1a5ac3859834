"""What the bus carries of a farm's newest values. Pure.

A thousand sensors send each second, and a browser reads a message three times over
before a tile has it: so the values stand in tables, a table for all devices that
measure the same, a list for each column:

=====  =========================================================================
``m``  reading types
``d``  device ids
``v``  values: of each reading type a list
``t``  when they were measured; null: a sign of life, which says nothing of values
``s``  when each was last heard; null: at ``t``
``a``  type of alarm; null: none
``f``  fault of the probe; null: none
``o``  1: offline
``b``  battery in percent; null: not told
``r``  radio signal in percent; null: not told
=====  =========================================================================

Times are milliseconds after the message's own. A column of nulls is left out.
``static/src/telemetry/message.js`` reads it.
"""


def encode(told, at):
    """The tables of the message of ``at``.

    :param told: list of :class:`~.news.DeviceNews`
    :param at: aware datetime
    """
    kinds = {}
    for news in told:
        kinds.setdefault(tuple(news.values), []).append(news)
    return [_to_table(measures, some, at) for measures, some in kinds.items()]


def _to_table(measures, told, at):
    optional = {
        "t": [_after(news.time, at) for news in told],
        "s": [
            None if news.last_seen == news.time else _after(news.last_seen, at)
            for news in told
        ],
        "a": [news.alarm_type for news in told],
        "f": [news.fault for news in told],
        "o": [None if news.is_online else 1 for news in told],
        "b": [news.battery for news in told],
        "r": [news.signal for news in told],
    }
    return {
        "m": measures,
        "d": [news.device_id for news in told],
        "v": [[news.values[measure] for news in told] for measure in measures],
        **{
            key: column
            for key, column in optional.items()
            if any(map(_is_told, column))
        },
    }


def _is_told(value):
    return value is not None


def _after(time, at):
    return round((time - at).total_seconds() * 1000) if time else None
