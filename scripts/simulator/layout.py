"""Which devices the two demo farms have, and what each one stands at."""

from dataclasses import dataclass

FAST, SLOW = 2.0, 5.0  # seconds between two readings

# Cold things by location type: the thermostat's band, the content in litres.
COLD = {
    "raw_milk": {"low": 2.65, "high": 3.35, "litres": 600.0},
    "pasteurized": {"low": 2.1, "high": 2.8, "litres": 900.0},
    "storage": {"low": 3.6, "high": 4.5, "litres": 400.0},
    "transport": {"low": 3.0, "high": 4.2, "litres": 1200.0},
    "default": {"low": 4.4, "high": 5.6, "litres": 300.0},
}

# Everything else by device type: field of the payload, set point, deviation, digits.
GAUGES = {
    "ph_sensor": ("ph", 6.7, 0.03, 2),
    "flow_sensor": ("flow_rate", 12.2, 0.5, 2),
    "humidity": ("humidity", 71.0, 2.0, 1),
    "pressure": ("pressure", 2.1, 0.04, 3),
}


@dataclass(frozen=True)
class FarmLayout:
    """One farm's equipment."""

    first_milking: float  # hours of the farm's clock; a level is read before it
    herd: range  # animal ids
    cold: dict  # device id → location type
    stalls: dict  # milk meter → the tank its milk flows into
    gauges: dict  # device id → device type
    children: dict  # gateway → the gauges that publish through it
    levels: (
        dict  # level sensor → the tank that it is in; such a tank is emptied, washed
    )


FARMS = {
    "GREEN": FarmLayout(
        first_milking=0.6,
        herd=range(1, 25),
        cold={
            "TEMP-G01": "raw_milk",
            "TEMP-G02": "raw_milk",
            "TEMP-G03": "storage",
            "TEMP-G04": "transport",
        },
        stalls={
            "MILK-G01": "TEMP-G01",
            "MILK-G02": "TEMP-G01",
            "MILK-G03": "TEMP-G02",
            "MILK-G04": "TEMP-G02",
        },
        gauges={
            "PH-G01": "ph_sensor",
            "FLOW-G01": "flow_sensor",
            "HUM-G01": "humidity",
            "PRES-G01": "pressure",
        },
        children={"GW-G01": ("HUM-G01", "PRES-G01")},
        levels={"LEVEL-G02": "TEMP-G02"},
    ),
    "HILL": FarmLayout(
        first_milking=0.5,
        herd=range(25, 43),
        cold={
            "TEMP-H01": "raw_milk",
            "TEMP-H02": "pasteurized",
            "TEMP-H03": "storage",
            "TEMP-H04": "default",
        },
        stalls={
            "MILK-H01": "TEMP-H01",
            "MILK-H02": "TEMP-H01",
            "MILK-H03": "TEMP-H01",
        },
        gauges={
            "PH-H01": "ph_sensor",
            "FLOW-H01": "flow_sensor",
            "HUM-H01": "humidity",
            "PRES-H01": "pressure",
        },
        children={"GW-H01": ("HUM-H01", "PRES-H01")},
        levels={"LEVEL-H01": "TEMP-H01"},
    ),
}
