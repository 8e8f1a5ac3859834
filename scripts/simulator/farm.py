"""The farms in motion, and what each device would publish at this moment. Pure.

Two clocks run faster than the wall's: the farm's (chillers, milking times) by `speed`,
and the cows' by at most COW_SPEED, so that a milking still shows its curve at one
reading every few seconds. Faults are planned in wall seconds: a visitor waits for them.
"""

from dataclasses import dataclass

from .layout import COLD, FARMS, GAUGES
from .physics.milking import Stall
from .physics.signals import Battery, FaultPlan, SetPoint
from .physics.tank import Tank
from .physics.wash import Wash

COW_SPEED = 6.0
MILKING_EVERY_HOURS = 12.0
MILKING_LASTS_HOURS = 3.0
FAULT_TAU_WALL_SECONDS = 45.0
COLLECTED_AFTER_HOURS = 3.0  # since the parlour closed: the last cow has gone
COLLECT_ABOVE, COLLECT_DOWN_TO = 1100.0, 500.0
WASHED_ABOVE = 700.0  # litres; a visitor sees such a tank emptied and washed
LEVEL_NOISE = 2.0  # litres
COLLECT_LITRES_PER_SECOND = 0.4
MAX_STEP = 0.5


@dataclass(frozen=True)
class Device:
    """A device as the fleet sees it."""

    device_id: str
    device_type: str

    @property
    def topic(self):
        """Where it publishes."""
        if self.device_type == "gateway":
            return f"smartdairy/gateway/{self.device_id}/data"
        return f"smartdairy/sensors/{self.device_type}/{self.device_id}/data"

    @property
    def told(self):
        """Where it is told its configuration and, a gateway, what to do."""
        topics = [f"smartdairy/sensors/{self.device_type}/{self.device_id}/config"]
        if self.device_type == "gateway":
            topics.append(f"smartdairy/gateway/{self.device_id}/commands")
            topics.append(f"smartdairy/gateway/{self.device_id}/children/+/config")
        return topics


class Farm:
    """The equipment of one farm."""

    def __init__(self, layout, rng):
        self.layout = layout
        self.tanks = {name: _tank(kind, rng) for name, kind in layout.cold.items()}
        self.stalls = {name: Stall(layout.herd, rng) for name in layout.stalls}
        self.gauges = {
            name: SetPoint(GAUGES[kind][1], GAUGES[kind][2], rng)
            for name, kind in layout.gauges.items()
        }
        self.humidity = {name: SetPoint(81.0, 1.5, rng) for name in layout.cold}
        self.litres = dict.fromkeys(layout.stalls, 0.0)  # since the last reading
        self.washes = {name: Wash() for name in layout.levels.values()}

    def is_milking(self, hours):
        """Whether the parlour is open at this hour of the farm's clock."""
        since = hours - self.layout.first_milking
        return since >= 0 and since % MILKING_EVERY_HOURS < MILKING_LASTS_HOURS

    def is_collected(self, hours):
        """Whether the milk lorry may come: long after a milking, before the next."""
        since = (hours - self.layout.first_milking) % MILKING_EVERY_HOURS
        closed_for = since - MILKING_LASTS_HOURS
        is_time = closed_for >= COLLECTED_AFTER_HOURS
        return is_time and not any(stall.milking for stall in self.stalls.values())

    def step(self, wall_seconds, speed, hours):
        """Move everything on; `hours` is the farm's clock."""
        is_open = self.is_milking(hours)
        cow_minutes = wall_seconds * min(speed, COW_SPEED) / 60
        for name, stall in self.stalls.items():
            litres = stall.step(cow_minutes, is_open)
            self.litres[name] += litres
            self.tanks[self.layout.stalls[name]].add_milk(litres)
        for name, tank in self.tanks.items():
            wash = self.washes.get(name)
            above = WASHED_ABOVE if wash else COLLECT_ABOVE
            if self.is_collected(hours) and tank.litres > above:
                tank.collecting = self.layout.cold[name] == "raw_milk"
            leave = 0.0 if wash else COLLECT_DOWN_TO
            self._collect(tank, wall_seconds * speed, leave)
            if wash and not tank.litres:
                tank.temperature = wash.step(tank.temperature, wall_seconds)
            else:
                if wash:
                    wash.start()
                tank.step(wall_seconds * speed)
        for wanderer in (*self.gauges.values(), *self.humidity.values()):
            wanderer.step(wall_seconds)

    @staticmethod
    def _collect(tank, seconds, leave):
        if tank.collecting:
            tank.draw(COLLECT_LITRES_PER_SECOND * seconds, leave=leave)
            tank.collecting = tank.litres > leave


class World:
    """All farms, and the devices that publish their state."""

    def __init__(self, rng, speed):
        self._rng = rng
        self._speed = speed
        self.elapsed = 0.0  # wall seconds
        self.farms = [Farm(layout, rng) for layout in FARMS.values()]
        self._farm_of = {}
        self.devices = [d for farm in self.farms for d in self._devices(farm)]
        self._battery = {d: Battery(rng.uniform(70, 99)) for d in self._farm_of}
        self._signal = {d: SetPoint(72, 6, rng) for d in self._farm_of}
        self.firmware = dict.fromkeys(self._farm_of, "1.0.0")
        self._session = {}
        cold = [name for farm in self.farms for name in farm.tanks]
        self._faults = FaultPlan(cold[0], cold[1:], rng)

    def _devices(self, farm):
        layout = farm.layout
        behind_gateway = {c for names in layout.children.values() for c in names}
        kinds = {
            **dict.fromkeys(layout.cold, "temperature"),
            **dict.fromkeys(layout.stalls, "milk_meter"),
            **layout.gauges,
            **dict.fromkeys(layout.levels, "flow_sensor"),
            **dict.fromkeys(layout.children, "gateway"),
        }
        self._farm_of.update(dict.fromkeys(kinds, farm))
        return [Device(n, k) for n, k in kinds.items() if n not in behind_gateway]

    def advance(self, wall_seconds):
        """Move the farms on, in steps small enough for the balance."""
        for state in (*self._battery.values(), *self._signal.values()):
            state.step(wall_seconds)
        while wall_seconds > 0:
            step = min(MAX_STEP, wall_seconds)
            wall_seconds -= step
            self.elapsed += step
            self._break_and_repair()
            for farm in self.farms:
                farm.step(step, self._speed, self.elapsed * self._speed / 3600)

    def _break_and_repair(self):
        broken = self._faults.broken(self.elapsed)
        tau = FAULT_TAU_WALL_SECONDS * self._speed
        for farm in self.farms:
            for name, tank in farm.tanks.items():
                tank.fault_tau = tau if name == broken else None

    def payloads(self, device, stamp):
        """What the device has to say now: usually one payload, an idle meter none.

        `stamp()` gives a later timestamp at every call.
        """
        if device.device_type == "milk_meter":
            return self._milk(device.device_id, stamp)
        if device.device_type == "gateway":
            return [self._gateway(device.device_id, stamp())]
        if device.device_id in self._farm_of[device.device_id].layout.levels:
            return [self._level(device.device_id, stamp())]
        if device.device_type == "temperature":
            return [self._temperature(device.device_id, stamp())]
        return [self._gauge(device.device_id, stamp())]

    def vitals(self, device_id, timestamp):
        """What every message carries: charge, radio and time."""
        return {
            "battery": round(self._battery[device_id].percent),
            "signal": round(min(100.0, max(5.0, self._signal[device_id].value))),
            "firmware": self.firmware[device_id],
            "timestamp": timestamp,
        }

    def _temperature(self, device_id, timestamp):
        farm = self._farm_of[device_id]
        return {
            "temperature": round(farm.tanks[device_id].read(self._rng), 2),
            "humidity": round(farm.humidity[device_id].value, 1),
            "location_type": farm.layout.cold[device_id],
            **self.vitals(device_id, timestamp),
        }

    def _level(self, device_id, timestamp):
        """Litres in the tank, and whether its agitator runs."""
        farm = self._farm_of[device_id]
        name = farm.layout.levels[device_id]
        tank, wash = farm.tanks[name], farm.washes[name]
        runs = wash.is_on if not tank.litres else tank.cooling
        litres = max(0.0, tank.litres + self._rng.gauss(0, LEVEL_NOISE))
        return {
            "volume": round(litres, 1),
            "running": 100 if runs else 0,
            **self.vitals(device_id, timestamp),
        }

    def _gauge(self, device_id, timestamp):
        farm = self._farm_of[device_id]
        field, _, _, digits = GAUGES[farm.layout.gauges[device_id]]
        value = round(farm.gauges[device_id].value, digits)
        return {field: value, **self.vitals(device_id, timestamp)}

    def _gateway(self, device_id, timestamp):
        children = self._farm_of[device_id].layout.children[device_id]
        readings = [{"device_id": c, **self._gauge(c, timestamp)} for c in children]
        # The gateway's own charge and radio are a record like its children's.
        readings.append({"device_id": device_id, **self.vitals(device_id, timestamp)})
        return {"readings": readings}

    def _milk(self, device_id, stamp):
        """Open and close the session when the cow in the stall has changed."""
        stall = self._farm_of[device_id].stalls[device_id]
        cow, session_id = self._session.get(device_id, (None, None))
        payloads = []
        if cow is not None:
            payloads.append(self._milk_reading(device_id, cow, stall, session_id))
            if cow is not stall.milking:
                payloads.append(_session("session_end", session_id, cow))
        if cow is not stall.milking and stall.milking is not None:
            started = stamp()[:19].replace("-", "").replace(":", "")
            session_id = f"{device_id}-{started}"
            payloads.append(_session("session_start", session_id, stall.milking))
        self._session[device_id] = (stall.milking, session_id)
        return [{**payload, **self.vitals(device_id, stamp())} for payload in payloads]

    def _milk_reading(self, device_id, cow, stall, session_id):
        litres = self._farm_of[device_id].litres
        volume, litres[device_id] = litres[device_id], 0.0
        minute = stall.minute if cow is stall.milking else cow.plateau_end + 4
        noise = self._rng.gauss
        return {
            "type": "reading",
            "session_id": session_id,
            "animal_id": cow.animal_id,
            "volume": round(volume, 3),
            "flow_rate": round(max(0.0, cow.flow(minute) + noise(0, 0.05)), 2),
            "conductivity": round(cow.conductivity + noise(0, 0.03), 2),
            "temperature": round(37.2 + noise(0, 0.15), 1),
            "fat_percent": round(cow.fat_at(minute), 2),
            "protein_percent": round(cow.protein + noise(0, 0.02), 2),
            "somatic_cell_count": cow.somatic_cells,
        }


def _session(kind, session_id, cow):
    return {"type": kind, "session_id": session_id, "animal_id": cow.animal_id}


def _tank(kind, rng):
    cold = COLD[kind]
    return Tank(temperature=rng.uniform(cold["low"], cold["high"]), **cold)
