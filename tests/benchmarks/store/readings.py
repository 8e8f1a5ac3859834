"""Readings as a farm has them, without a network: the same ones in every run.

A thermometer in ten is good to a hundredth of a degree, the others say one decimal, and
three in ten tell the humidity as well. Clocks jitter by 200 ms.
"""

import random
from datetime import datetime, timedelta, timezone
from math import ceil, sin

DAYS = 90
DEVICES = 200
TZ = "Europe/Amsterdam"
JITTER_MS = 200
_DAY_MS = 86_400_000
_LAST_MS = _DAY_MS - 1
_CLOCK = [str(timedelta(seconds=second)).zfill(8) for second in range(86_400)]
_NOISE = [random.Random(n).gauss(0, 0.08) for n in range(4096)]
# quality, is_alarm, alarm_type, metadata, raw values; one reading in so many
# is an alarm
_NOT_RAW = "\t\\N\t\\N"
_GOOD = f"100\tf\t\\N\t\\N{_NOT_RAW}"
_ALARM = f"100\tt\thigh_temperature\t\\N{_NOT_RAW}"
_ALARMS_IN = 500


def start_of(days, end=None):
    """So many whole UTC days before today's."""
    end = end or datetime.now(timezone.utc)
    return end.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)


def device_id(number):
    """STORE-00001 is the first."""
    return f"STORE-{number + 1:05d}"


def temperature_lines(rows, day, start, first=0):
    """What COPY takes of one day, in the order of arrival; as ``ingest.rows`` has it.

    Ten million samples would take longer to make than to store.

    :param rows: of all days and devices together
    :param first: number of the first device
    """
    dice = random.Random(day)
    date = f"{start + timedelta(days=day):%Y-%m-%d}"
    names = [device_id(first + number) for number in range(DEVICES)]
    slots = rows // DEVICES
    apart = DAYS * _DAY_MS / slots
    for slot in range(ceil(day * slots / DAYS), ceil((day + 1) * slots / DAYS)):
        begin = slot * apart - day * _DAY_MS
        for number in range(DEVICES):
            jitter = dice.randrange(-JITTER_MS, JITTER_MS + 1)
            at = min(max(0, int(begin + apart * number / DEVICES) + jitter), _LAST_MS)
            second = f"{date} {_CLOCK[at // 1000]}"
            is_alarm = not dice.randrange(_ALARMS_IN)
            alarm, received = (_ALARM, f"{second}+00") if is_alarm else (_GOOD, "\\N")
            values = _temperature(number, at / 3_600_000, dice.choice(_NOISE))
            yield (
                f"{second}.{at % 1000:03}+00\t{received}\t{names[number]}\t{number}\t"
                f"{values}\t{alarm}\n"
            )


def _temperature(number, hour, noise):
    """temperature_celsius and humidity_percent"""
    kind = number % 10
    if kind < 6:  # a tank, its cooling goes on and off
        return f"{3.5 + 0.3 * sin(9 * hour + number) + noise:.1f}\t\\N"
    if kind < 9:  # a barn, by day and night
        swing = sin(hour / 3.82 + number)
        return f"{14 + 5 * swing + noise:.1f}\t{72 - 9 * swing + 6 * noise:.1f}"
    return f"{4 + 0.05 * sin(9 * hour + number) + noise:.2f}\t\\N"
