"""A first mapping, from the names that stand in a sample payload. Pure."""

import json
import re
from collections import deque
from typing import NamedTuple

from .codec.number import to_number, to_reading
from .codec.unit import to_canonical
from .mapping import READINGS, MappingField
from .message import RejectedError

_EACH = "[]"  # in a path: any element of a list
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_EVENTS = ("session_start", "reading", "session_end")
# What vendors call things, without case and punctuation → target, and the unit that
# the name tells.
_NAMES = {
    **dict.fromkeys(("temperature", "temp", "tempvalue"), ("temperature", "")),
    **dict.fromkeys(("tempc", "temperaturec", "tc", "celsius"), ("temperature", "°C")),
    **dict.fromkeys(("tempcsht", "tempcds", "tempc1"), ("temperature", "°C")),
    **dict.fromkeys(("tempf", "temperaturef", "tf"), ("temperature", "°F")),
    **dict.fromkeys(("humidity", "hum", "rh", "humsht"), ("humidity", "")),
    **dict.fromkeys(("relativehumidity", "humiditypercent"), ("humidity", "")),
    **dict.fromkeys(("pressure", "press"), ("pressure", "")),
    **dict.fromkeys(("ph", "phvalue", "ph1"), ("ph", "")),
    **dict.fromkeys(("conductivity", "ec"), ("conductivity", "")),
    **dict.fromkeys(("flow", "flowrate"), ("flow_rate", "")),
    **dict.fromkeys(("volume", "milkvolume", "milkyield"), ("volume", "")),
    **dict.fromkeys(("fat", "fatpercent", "fatcontent"), ("fat_percent", "")),
    **dict.fromkeys(("protein", "proteinpercent"), ("protein_percent", "")),
    **dict.fromkeys(("scc", "somaticcellcount", "cellcount"), ("scc", "")),
    **dict.fromkeys(("battery", "bat", "batt", "batterylevel"), ("battery", "")),
    **dict.fromkeys(("batterypercent", "batterypercentage"), ("battery", "")),
    "lastbatterypercentagevalue": ("battery", ""),
    **dict.fromkeys(("signal", "signalstrength", "rssi"), ("signal", "")),
    **dict.fromkeys(("timestamp", "time", "ts", "datetime"), ("timestamp", "")),
    **dict.fromkeys(("receivedat", "measuredat", "lastseen"), ("timestamp", "")),
    **dict.fromkeys(("firmware", "fw", "firmwareversion"), ("firmware", "")),
    **dict.fromkeys(("sessionid", "milkingid"), ("session_id", "")),
    **dict.fromkeys(("animalid", "cowid", "cownumber"), ("animal_id", "")),
    **dict.fromkeys(("type", "event"), ("type", "")),
}
# Where the payload itself says a unit: Tasmota's TempUnit, for example.
_UNIT_NAMES = {
    **dict.fromkeys(("tempunit", "temperatureunit"), "temperature"),
    "pressureunit": "pressure",
    "conductivityunit": "conductivity",
    **dict.fromkeys(("flowunit", "flowrateunit"), "flow_rate"),
    "volumeunit": "volume",
}
_CHILD_NAMES = ("deviceid", "device", "sensorid", "sensor", "probe", "address", "id")


class Suggestion(NamedTuple):
    records: str
    fields: list  # of MappingField


class _Hit(NamedTuple):
    path: tuple
    target: str
    unit: str


def suggest(payload):
    """The lines for whatever is known by its name; empty when nothing is."""
    leaves = list(_leaves(payload))
    hits = [hit for path, value in leaves if (hit := _recognise(path, value))]
    prefix = _record_prefix(hits)
    inside = [hit for hit in hits if _is_inside(hit.path, prefix)]
    outside = [hit for hit in hits if prefix and _EACH not in hit.path]
    units = {_unit_target(path, value): path for path, value in leaves}
    readings = _first_of_each(inside)
    channels = _channels(readings)
    fields = [
        MappingField(
            to_expression(hit.path[len(prefix) :]),
            hit.target,
            channels.get(hit.path[:-1], ""),
            hit.unit or _unit_expression(units.get(hit.target), prefix),
        )
        for hit in readings
    ]
    taken = {field.target for field in fields}
    for hit in [*inside, *outside]:  # what accompanies them: once, nearest first
        if hit.target not in taken:
            taken.add(hit.target)
            start = len(prefix) if hit in inside else 0
            fields.append(MappingField(to_expression(hit.path[start:]), hit.target))
    if fields and (child := _child_name(payload, prefix)):
        fields.append(MappingField(to_expression((child,)), "device"))
    return Suggestion(to_expression(prefix[:-1]), fields)


def unused_numbers(payload, mapping):
    """``[(where, number)]`` of what no line of the mapping reads."""
    paths = [line.expression.path for line in mapping.lines]
    names = {name for line in mapping.lines for name in line.expression.names}
    return [
        (to_expression(path), value)
        for path, value in _leaves(payload)
        if type(value) in (int, float)
        and not any(_reads(known, path, mapping.records) for known in paths)
        and not (path and path[-1] in names)
    ]


def to_expression(path):
    """A JMESPath; names that are no plain word are quoted."""
    text = ""
    for key in path:
        if key == _EACH:
            text += _EACH
        else:
            quoted = key if _IDENTIFIER.fullmatch(key) else json.dumps(key)
            text += f".{quoted}" if text else quoted
    return text


def _leaves(payload):
    """``(path, value)``, the outermost first, each path once whatever a list holds."""
    queue, seen = deque([((), payload)]), set()
    while queue:
        path, value = queue.popleft()
        if isinstance(value, dict):
            queue.extend(((*path, key), inner) for key, inner in value.items())
        elif isinstance(value, list):
            queue.extend(((*path, _EACH), inner) for inner in value)
        elif value is not None and path not in seen:
            seen.add(path)
            yield path, value


def _recognise(path, value):
    """What this is, by its name and its parent's, if the value fits."""
    if not path or path[-1] == _EACH:
        return None  # a bare value, in a list or alone, has no name
    names = [_normalise(key) for key in path if key != _EACH]
    known = _NAMES.get(names[-1]) or _NAMES.get("".join(names[-2:]))
    if known is None:
        return None
    target, unit = known
    if target == "pressure" and _is_in_hectopascal(value):
        unit = "hPa"
    return _Hit(path, target, unit) if _fits(value, target, unit) else None


def _fits(value, target, unit):
    if isinstance(value, bool):
        return False
    if target == "type":
        return value in _EVENTS
    if target == "timestamp":
        return _looks_like_time(value)
    if target in ("firmware", "session_id", "animal_id"):
        return target != "firmware" or isinstance(value, str)
    try:
        number = to_number(value, target)
        to_reading(to_canonical(number, unit, target) if unit else number, target)
    except RejectedError:
        return False
    return True


def _looks_like_time(value):
    if isinstance(value, str):
        return bool(_ISO_DATE.match(value))
    return value > 1e9


def _is_in_hectopascal(value):
    """A barometer's pressure, which many vendors send without its unit."""
    return type(value) in (int, float) and 300 <= value <= 1200


def _record_prefix(hits):
    """The path of the list that holds the readings, () when they stand outside."""
    counts = {}
    for hit in hits:
        if hit.target in READINGS:
            if _EACH not in hit.path:
                return ()
            prefix = hit.path[: hit.path.index(_EACH) + 1]
            counts[prefix] = counts.get(prefix, 0) + 1
    return max(counts, key=counts.get, default=())


def _is_inside(path, prefix):
    return path[: len(prefix)] == prefix and _EACH not in path[len(prefix) :]


def _first_of_each(hits):
    """The readings, of each parent and target the first one: not tC and tF."""
    first = {}
    for hit in hits:
        if hit.target in READINGS:
            first.setdefault((hit.path[:-1], hit.target), hit)
    return list(first.values())


def _channels(readings):
    """``{parent's path: its name}`` when several probes measure the same."""
    targets = [hit.target for hit in readings]
    if len(targets) == len(set(targets)):
        return {}
    parents = dict.fromkeys(hit.path[:-1] for hit in readings)
    return {path: path[-1] for path in parents if path and path[-1] != _EACH}


def _unit_target(path, value):
    name = _normalise(path[-1]) if path and isinstance(value, str) else ""
    return _UNIT_NAMES.get(name)


def _unit_expression(path, prefix):
    if path is None:
        return ""
    return "=" + to_expression(
        path[len(prefix) :] if _is_inside(path, prefix) else path
    )


def _child_name(payload, prefix):
    """The key that names a different device in each record of a list."""
    records = payload
    for key in prefix[:-1]:
        records = records.get(key)
    if not prefix or len(records) < 2:
        return None
    for name in _CHILD_NAMES:
        for key in records[0] if isinstance(records[0], dict) else ():
            if _normalise(key) == name and _all_different(records, key):
                return key
    return None


def _all_different(records, key):
    keys = [record.get(key) if isinstance(record, dict) else None for record in records]
    named = all(isinstance(found, (str, int)) for found in keys)
    return named and len(set(keys)) == len(keys)


def _reads(known, path, records):
    """Does a line with that plain path read what stands here?"""
    if known is None:
        return False
    if records is None:
        return known == tuple(key for key in path if key != _EACH)
    return bool(known) and path[-len(known) :] == known


def _normalise(key):
    return re.sub(r"[\W_]", "", key).lower()
