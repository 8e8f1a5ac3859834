"""The standards as they are shipped, read from their data file."""

from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

from ...coldchain.standard import Limit, Standard

_FILE = Path(__file__).resolve().parents[2] / "data" / "iot_cooling_standard.xml"
_COMMAND = SimpleNamespace(create=lambda vals: vals)


def _limit(vals):
    minutes = {name: vals.get(name) for name in ("within_minutes", "or_within_minutes")}
    return Limit(
        vals["kind"],
        vals["celsius"],
        *(minutes["within_minutes"] and 60 * minutes["within_minutes"],),
        *(vals.get("event", "end"),),
        *(minutes["or_within_minutes"] and 60 * minutes["or_within_minutes"],),
        vals.get("or_event", "end"),
        vals.get("applies", "any"),
        60.0 * vals.get("grace_minutes", 15),
        vals.get("severity", "high"),
        vals.get("system", "any"),
    )


def _standard(record):
    fields = {field.get("name"): field for field in record}
    source = fields["limit_ids"].get("eval")
    limits = eval(source, {"Command": _COMMAND})  # noqa: S307 - our own data file
    off = fields.get("off_minutes")
    more = {} if off is None else {"off_after": 60.0 * int(off.text)}
    return Standard(fields["name"].text, tuple(map(_limit, limits)), **more)


STANDARDS = {
    record.get("id").removeprefix("cooling_standard_"): _standard(record)
    for record in ElementTree.parse(_FILE).iter("record")  # noqa: S314 - our own
}
FARM_STANDARDS = {k: s for k, s in STANDARDS.items() if k != "pasteurized"}
