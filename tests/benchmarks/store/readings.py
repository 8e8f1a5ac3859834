"""Readings as a farm has them, without a network: the same ones in every run.

A thermometer in ten is good to a hundredth of a degree, the others say one decimal, and
three in ten tell the humidity as well. Clocks jitter by 200 ms.
"""

import random
from datetime import datetime, timedelta, timezone
from math import ceil, sin
from zoneinfo import ZoneInfo

from odoo.addons.smartdairy_iot.ingest.message import Sample

DAYS = 90
DEVICES = 200
TZ = "Europe/Amsterdam"
METERS, ANIMALS, MILK_DAYS = 40, 500, 30
JITTER_MS = 200
_DAY_MS = 86_400_000
_LAST_MS = _DAY_MS - 1
_CLOCK = [str(timedelta(seconds=second)).zfill(8) for second in range(86_400)]
_NOISE = [random.Random(n).gauss(0, 0.08) for n in range(4096)]
# quality, is_alarm, alarm_type, metadata; one reading in so many is an alarm
_GOOD, _ALARM = "100\tf\t\\N\t\\N", "100\tt\thigh_temperature\t\\N"
_ALARMS_IN = 500
_MILKINGS = (5, 13, 21)  # o'clock; the last one is half of the herd's
_MINUTES = 6  # of one milking, a reading each


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


def milkings(day, start):
    """The samples of one day in the order of their arrival."""
    dice = random.Random(f"milk {day}")
    midnight = (start + timedelta(days=day, hours=12)).astimezone(ZoneInfo(TZ))
    midnight = midnight.replace(hour=0, minute=0, second=0)
    samples = []
    for oclock in _MILKINGS:
        herd = ANIMALS if oclock != _MILKINGS[-1] else ANIMALS // 2
        for animal in range(herd):
            begin = midnight + timedelta(hours=oclock, minutes=10 * (animal // METERS))
            samples += _milking(animal, begin.astimezone(timezone.utc), dice)
    return sorted(samples, key=lambda sample: sample.time)


def _milking(animal, begin, dice):
    meter, total = f"STORE-MILK-{animal % METERS:03d}", 0.0
    said = {"session_id": f"{animal}-{begin:%Y%m%d%H%M}", "animal_id": animal + 1}
    seconds = dice.uniform(0, 60)

    def sample(kind, minute, values):
        time = begin + timedelta(minutes=minute, milliseconds=round(seconds * 1000))
        metadata = {"type": kind, **said}
        return Sample(meter, "milk_meter", time, time, values, metadata=metadata)

    yield sample("session_start", 0, {})
    for minute in range(1, _MINUTES + 1):
        volume = round(dice.uniform(1.2, 2.4), 2)
        total += volume
        yield sample("reading", minute, {"volume": volume, **_quality(volume, dice)})
    end = {"volume": round(total, 2), **_quality(total / _MINUTES, dice)}
    yield sample("session_end", _MINUTES + 1, end)


def _quality(volume, dice):
    return {
        "flow_rate": volume,
        "conductivity": round(dice.gauss(5.1, 0.2), 2),
        "temperature": round(dice.gauss(37.8, 0.3), 1),
        "fat_percent": round(dice.gauss(4.2, 0.3), 2),
        "protein_percent": round(dice.gauss(3.4, 0.2), 2),
        "scc": round(dice.lognormvariate(12, 0.6)),
    }
