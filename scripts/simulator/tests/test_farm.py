"""The farms: no breach without a fault, one soon after the start, full sessions."""

import itertools
import random
from datetime import datetime, timedelta

import pytest

from simulator.farm import World
from simulator.layout import FARMS

LIMITS = {
    "raw_milk": (2, 4),
    "pasteurized": (0, 4),
    "transport": (0, 7),
    "storage": (2, 6),
    "default": (0, 8),
}


# Emptied, washed and judged by a cooling standard instead.
JUDGED = {name for farm in FARMS.values() for name in farm.levels.values()}


def counter():
    """A clock for payloads: a second later at every look."""
    start = datetime(2026, 1, 5, 6)
    seconds = itertools.count()
    return lambda: (start + timedelta(seconds=next(seconds))).isoformat() + "Z"


def breaches(world, stamp):
    """The devices whose temperature is out of its limits now."""
    out = set()
    for device in world.devices:
        if device.device_type == "temperature" and device.device_id not in JUDGED:
            (payload,) = world.payloads(device, stamp)
            low, high = LIMITS[payload["location_type"]]
            if not low <= payload["temperature"] <= high:
                out.add(device.device_id)
    return out


def test_the_devices_are_the_demo_devices():
    """27 devices on two farms; four of them publish through a gateway."""
    world = World(random.Random(1), 30)
    children = {c for f in FARMS.values() for cs in f.children.values() for c in cs}
    names = {d.device_id for d in world.devices}
    assert len(names) == 23
    assert len(names | children) == 27
    assert not names & children
    assert {d.topic for d in world.devices} >= {
        "smartdairy/sensors/temperature/TEMP-G01/data",
        "smartdairy/gateway/GW-H01/data",
    }


@pytest.mark.parametrize("seed", range(5))
def test_the_first_breach_comes_within_forty_seconds_and_ends(seed):
    """A visitor sees an alert, and sees it clear."""
    world, stamp = World(random.Random(seed), 30), counter()
    seen = {}
    for _ in range(450):
        world.advance(1)
        seen[world.elapsed] = breaches(world, stamp)
    first = next(second for second, names in seen.items() if names)
    assert 10 < first < 40
    assert seen[first] == {"TEMP-G01"}
    assert not seen[450.0]


@pytest.mark.parametrize("seed", [1])
def test_milking_alone_breaches_nothing(seed):
    """Two hours at speed 30 with sound chillers: every tank stays in its limits."""
    world, stamp = World(random.Random(seed), 30), counter()
    world._faults.broken = lambda now: None
    for _ in range(7200 // 4):
        world.advance(4)
        assert not breaches(world, stamp), world.elapsed


def test_a_tank_with_a_level_sensor_is_filled_emptied_and_washed_within_an_hour():
    """What a visitor sees of the cold chain."""
    world, stamp = World(random.Random(1), 30), counter()
    world._faults.broken = lambda now: None
    level = next(d for d in world.devices if d.device_id == "LEVEL-G02")
    probe = next(d for d in world.devices if d.device_id == "TEMP-G02")
    litres, celsius, runs = [], [], set()
    for _ in range(3600):
        world.advance(1)
        (said,) = world.payloads(level, stamp)
        litres.append(said["volume"])
        runs.add(said["running"])
        celsius.append(world.payloads(probe, stamp)[0]["temperature"])
    assert max(litres) > 700
    emptied = next(i for i, volume in enumerate(litres) if volume < 10)
    hottest = celsius.index(max(celsius))
    assert emptied < hottest < emptied + 600
    assert 60 < max(celsius) < 70
    assert runs == {0, 100}
    assert litres[-1] > 100


@pytest.mark.parametrize("tank", ["TEMP-G02", "TEMP-H01"])
def test_a_tank_rises_in_a_milking_by_what_its_meters_published(tank):
    """The milk balance of the demo: from before the first cow until after the last
    one, and no lorry comes meanwhile."""
    world, stamp = World(random.Random(2), 30), counter()
    (farm,) = (f for f in world.farms if tank in f.tanks)
    into = [name for name, feeds in farm.layout.stalls.items() if feeds == tank]
    meters = [device for device in world.devices if device.device_id in into]
    before, metered, balanced = None, 0.0, 0
    for _ in range(4000):
        litres = farm.tanks[tank].litres
        world.advance(1)
        is_idle = not any(stall.milking for stall in farm.stalls.values())
        is_open = farm.is_milking(world.elapsed * 30 / 3600)
        if is_open and before is None:
            before, metered = litres, 0.0
        said = [one for meter in meters for one in world.payloads(meter, stamp)]
        metered += sum(one.get("volume", 0.0) for one in said)
        if before is not None and not is_open and is_idle:
            assert farm.tanks[tank].litres - before == pytest.approx(metered, rel=1e-3)
            before, balanced = None, balanced + 1
    assert balanced >= 2


def test_a_session_has_a_start_readings_that_add_up_and_an_end():
    """What one stall publishes in its first minutes."""
    world, stamp = World(random.Random(3), 30), counter()
    meter = next(d for d in world.devices if d.device_id == "MILK-G01")
    payloads = []
    for _ in range(60):
        world.advance(5)
        payloads += world.payloads(meter, stamp)
    times = [p["timestamp"] for p in payloads]
    assert times == sorted(set(times))
    assert payloads[0]["type"] == "session_start"
    session = [p for p in payloads if p["session_id"] == payloads[0]["session_id"]]
    assert [p["type"] for p in session[:2]] == ["session_start", "reading"]
    assert [p["type"] for p in session[-2:]] == ["reading", "session_end"]
    assert {p["animal_id"] for p in session} == {payloads[0]["animal_id"]}
    readings = [p for p in session if p["type"] == "reading"]
    assert len(readings) > 5
    assert 8 < sum(p["volume"] for p in readings) < 16
    assert max(p["flow_rate"] for p in readings) > 3
    assert len({p["session_id"] for p in payloads}) > 1


def test_the_gateway_carries_its_children():
    """Humidity, pressure and its own state in one message, each with id and time."""
    world, stamp = World(random.Random(1), 30), counter()
    gateway = next(d for d in world.devices if d.device_id == "GW-G01")
    (payload,) = world.payloads(gateway, stamp)
    humidity, pressure, own = payload["readings"]
    assert humidity["device_id"] == "HUM-G01" and 60 < humidity["humidity"] < 82
    assert pressure["device_id"] == "PRES-G01" and 1.8 < pressure["pressure"] < 2.4
    assert own["device_id"] == "GW-G01" and 5 <= own["signal"] <= 100
    assert all(r["timestamp"] for r in payload["readings"])


def test_the_same_seed_is_the_same_farm():
    """Needed to reproduce what was seen."""
    first, second = (World(random.Random(5), 30) for _ in range(2))
    first.advance(60)
    second.advance(60)
    for one, other in zip(first.devices, second.devices, strict=True):
        assert first.payloads(one, counter()) == second.payloads(other, counter())
