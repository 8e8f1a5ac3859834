"""Timezones by the names that Odoo offers, which are those of pytz."""

import logging
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytz

_logger = logging.getLogger(__name__)


@cache
def to_zone(name):
    """A :class:`~zoneinfo.ZoneInfo`; never raises, for one farm must not stop the line.

    Debian 13 has moved old names such as Asia/Calcutta, which browsers still say, to a
    package of their own (tzdata-legacy).
    """
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return _of_pytz(name)


def _of_pytz(name):
    """From the files that pytz brings along."""
    try:
        with pytz.open_resource(name) as file:
            return ZoneInfo.from_file(file, key=name)
    except Exception as error:  # noqa: BLE001 - pytz fails in many ways
        _logger.error(
            "This server does not know the timezone %s and takes UTC for it; "
            "install tzdata: %s",
            name,
            error,
        )
        return ZoneInfo("UTC")
