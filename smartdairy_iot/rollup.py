"""Rollups: what is kept of a quarter hour, of each device, for ever. Pure.

Quarter hours, because every time zone in use is a multiple of them away from UTC: any
hour, day or month of a farm's own calendar is an exact sum of quarters. So they hold
sums, not averages: those of several quarters are made of their sums.

One definition serves three stores: tables that :meth:`IotStore._refresh_rollups` keeps
(without TimescaleDB, and with its Apache edition), and continuous aggregates (with its
Community edition). The specification's ``temperature_hourly`` is a view over them. Its
``milk_production_daily`` is a view of milkings, since only these know their litres; of
milk meters there is here what they sent.
"""

from typing import NamedTuple

from .ingest.message import Fault
from .ingest.rows import QUALITY

# What a probe sends while it fails is in the history, and in no minimum or average. A
# stuck value is what the device shows.
BELIEVED = f"quality >= {QUALITY[Fault.STUCK]}"
_MANY_DEVICES = 100  # of one quarter; from there on all are recomputed

TABLE_OF_TYPE = {
    "temperature": "temperature_readings",
    "milk_meter": "milk_meter_readings",
}
_OTHER_TABLE = "sensor_readings"


class Rollup(NamedTuple):
    name: str
    table: str  # of the readings
    keys: tuple  # besides bucket and device_id
    sums: dict  # column → aggregate
    told: tuple = ()  # columns that curves are made of; the index by device has them

    @property
    def columns(self):
        return ("bucket", "device_id", *self.keys, *self.sums)

    def select(self, bucket, where="TRUE"):
        """:param bucket: SQL of a reading's quarter; ``where`` may have parameters"""
        keys = ", ".join(("device_id", *self.keys))
        sums = ",\n       ".join(f"{sql} AS {name}" for name, sql in self.sums.items())
        return "\n".join(
            [
                f"SELECT {bucket} AS bucket, {keys},",
                f"       {sums}",
                f"  FROM {self.table}",
                f" WHERE {where}",
                f" GROUP BY 1, {keys}",
            ]
        )


def _believed(aggregate):
    return f"{aggregate} FILTER (WHERE {BELIEVED})"


def _spread(column, name):
    return {
        f"min_{name}": _believed(f"min({column})"),
        f"max_{name}": _believed(f"max({column})"),
        f"sum_{name}": _believed(f"sum({column}::float8)"),
        f"sumsq_{name}": _believed(f"sum({column}::float8 * {column}::float8)"),
    }


def _part(column, name):
    """Of a value that not every reading has."""
    return {
        f"sum_{name}": _believed(f"sum({column}::float8)"),
        f"max_{name}": _believed(f"max({column})"),
        f"{name}_count": _believed(f"count({column})"),
    }


def _weighted(column, name):
    """By volume: a litre counts, not a message."""
    return {
        f"{name}_volume": f"sum({column}::float8 * volume_liters)",
        f"{name}_weight": f"sum(volume_liters) FILTER (WHERE {column} IS NOT NULL)",
    }


_TOLD = ("alarm_count", "fault_count", "reading_count")
_COUNTS = {
    "reading_count": _believed("count(*)"),
    "alarm_count": "count(*) FILTER (WHERE is_alarm)",
    "fault_count": f"count(*) FILTER (WHERE NOT {BELIEVED})",
}

TEMPERATURE = Rollup(
    "temperature_quarter_hourly",
    "temperature_readings",
    ("location_id",),
    {
        **_spread("temperature_celsius", "temp"),
        "min_humidity": _believed("min(humidity_percent)"),
        **_part("humidity_percent", "humidity"),
        "humidity_rows": "count(humidity_percent)",  # with what is not believed
        **_COUNTS,
    },
    ("min_temp", "sum_temp", "sumsq_temp", "max_temp", *_TOLD),
)
SENSOR = Rollup(
    "sensor_quarter_hourly",
    "sensor_readings",
    ("reading_type",),
    {**_spread("value", "value"), **_COUNTS},
    ("reading_type", *_spread("value", "value"), *_TOLD),
)
MILK = Rollup(
    "milk_quarter_hourly",
    "milk_meter_readings",
    ("animal_id", "session_id"),
    {
        # What a milking's end says in all, and what its readings add up to.
        "total_volume": "sum(volume_liters) FILTER (WHERE is_complete)",
        "reading_volume": "sum(volume_liters) FILTER (WHERE message_type = 'reading')",
        **_weighted("fat_percent", "fat"),
        **_weighted("protein_percent", "protein"),
        **_part("conductivity", "conductivity"),
        **_part("flow_rate_lpm", "flow"),
        # The geometric mean is the dairy's: one sick cow must not hide the herd.
        "sum_ln_scc": "sum(ln(somatic_cell_count))"
        " FILTER (WHERE somatic_cell_count > 0)",
        "max_scc": "max(somatic_cell_count)",
        "scc_count": "count(*) FILTER (WHERE somatic_cell_count > 0)",
        "min_temp": _believed("min(temperature_celsius)"),
        "max_temp": _believed("max(temperature_celsius)"),
        **_COUNTS,
    },
)
ROLLUPS = (TEMPERATURE, SENSOR, MILK)
ROLLUP_OF_TABLE = {rollup.table: rollup for rollup in ROLLUPS}


def quarter_of(time):
    """:param time: UTC datetime"""
    return time.replace(minute=time.minute // 15 * 15, second=0, microsecond=0)


def touched(samples):
    """Which quarters of which devices these samples change.

    :return: ``[(table, quarter, [device id, …] or None for all)]``
    """
    found = {}
    for sample in samples:
        table = TABLE_OF_TYPE.get(sample.device_type, _OTHER_TABLE)
        found.setdefault((table, quarter_of(sample.time)), set()).add(sample.device_id)
    return [
        (*key, sorted(devices) if len(devices) < _MANY_DEVICES else None)
        for key, devices in found.items()
    ]
