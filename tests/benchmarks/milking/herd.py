"""A herd that is milked: what its meters say, and what they have said in a month."""

import random
from datetime import datetime, time, timedelta, timezone

from odoo.addons.smartdairy_iot.ingest.message import Sample

METERS, ANIMALS, MONTH = 40, 1_000, 30
MILKINGS = (5, 16)  # o'clock
SECONDS = 420  # of one milking
_MINUTES = 6  # a reading each


def meter_id(number):
    """BENCH-MILK-000 is the first."""
    return f"BENCH-MILK-{number:03d}"


def messages(day, dice):
    """``[Sample]`` of half the herd's morning, and the litres that its ends declare."""
    samples, litres = [], 0.0
    for animal in range(ANIMALS // 2):
        said, total = _milking(animal, begin_of(day, MILKINGS[0], animal), dice)
        samples += said
        litres += total
    return samples, litres


def begin_of(day, oclock, animal):
    """Each meter milks one animal in eight minutes."""
    opened = datetime.combine(day, time(oclock), timezone.utc)
    return opened + timedelta(minutes=8 * (animal // METERS), seconds=animal % METERS)


def _milking(animal, begin, dice):
    known = {"session_id": f"{animal}-{begin:%d%H}", "animal_id": animal + 1}
    total, samples = 0.0, []

    def say(kind, minutes, values):
        at = begin + timedelta(minutes=minutes)
        told = {"type": kind, **known}
        device = meter_id(animal % METERS)
        samples.append(Sample(device, "milk_meter", at, at, values, metadata=told))

    say("session_start", 0, {})
    for minute in range(1, _MINUTES + 1):
        volume = round(dice.uniform(1.2, 2.4), 2)
        total += volume
        say("reading", minute, {"volume": volume, **_quality(dice)})
    say("session_end", _MINUTES + 1, {"volume": round(total, 2)})
    return samples, round(total, 2)


def _quality(dice):
    return {
        "flow_rate": round(dice.uniform(1.2, 2.4), 2),
        "conductivity": round(dice.gauss(5.1, 0.2), 2),
        "fat_percent": round(dice.gauss(4.2, 0.3), 2),
        "protein_percent": round(dice.gauss(3.4, 0.2), 2),
        "scc": round(dice.lognormvariate(12, 0.6)),
    }


def history(scene, today):
    """Rows of ``iot.milking.session``: two milkings of each animal and day before."""
    dice, zone = random.Random(26), timezone.utc
    for back in range(1, MONTH + 1):
        day = today - timedelta(days=back)
        for oclock in MILKINGS:
            for animal in range(ANIMALS):
                begin = begin_of(day, oclock, animal).astimezone(zone)
                yield _row(scene, animal, begin.replace(tzinfo=None), dice)


def _row(scene, animal, begin, dice):
    litres = dice.gauss(11, 1.5)
    return {
        "id": None,
        "device_id": scene.meters[animal % METERS].id,
        "farm_id": scene.farm.id,
        "company_id": scene.farm.company_id.id or None,
        "stall_id": scene.stalls[animal % METERS].id,
        "animal_id": scene.animals[animal].id,
        "animal_number": animal + 1,
        "start": begin.isoformat(),
        "end": (begin + timedelta(seconds=SECONDS)).isoformat(),
        "day": begin.date().isoformat(),
        "milking": "morning" if begin.hour < 12 else "evening",
        "state": "closed",
        "closed_by": "end",
        "has_start": True,
        "has_end": True,
        "liters": litres,
        "measured_liters": litres,
        "duration": SECONDS / 60,
        "fat": dice.gauss(4.2, 0.3),
        "protein": dice.gauss(3.4, 0.2),
        "conductivity": dice.gauss(5.1, 0.2),
        "scc": round(dice.lognormvariate(12, 0.6)),
        "message_count": 8,
        "is_late": False,
        "delay_minutes": 0,
    }
