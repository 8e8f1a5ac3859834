"""Rows of each sheet, from the data set. Pure.

Titles and headers are keys into ``words["heading"]``; what is not there stays English.
Days are dates, which a spreadsheet can sort; times are text that keeps its zone.
"""

from datetime import date


def _days(data, words):
    for tank in data["tanks"]:
        for day in tank["days"]:
            yield (
                *(
                    tank["name"],
                    _date(day["day"]),
                    words["day_verdict"][day["verdict"]],
                ),
                *(len(day["milkings"]), day["low"], day["high"]),
                *(day["outside_minutes"], day["gap_minutes"], len(day["alerts"])),
            )


def _milkings(data, words):
    for tank, day, milking in _each(data, "milkings"):
        marks = milking["limits"] or [{}]
        for mark in marks:
            verdict = mark.get("verdict", milking["verdict"])
            yield (
                *(
                    tank["name"],
                    _date(day["day"]),
                    milking["number"],
                    milking["before"],
                ),
                *(
                    milking["start"],
                    milking["end"],
                    _yes(milking["is_estimated"], words),
                ),
                *(milking["blend"], mark.get("celsius"), mark.get("deadline")),
                *(mark.get("met_at"), mark.get("from_start"), mark.get("minutes")),
                *(milking["outside_minutes"], words["cooling_verdict"][verdict]),
            )


def _gaps(data, _words):
    for tank, day, gap in _each(data, "gaps"):
        times = gap["start"], gap["end"], gap["minutes"]
        yield tank["name"], _date(day["day"]), *times


def _alerts(data, _words):
    names = ("started", "ended", "severity", "message", "minutes", "cause", "action")
    for tank, day, alert in _each(data, "alerts"):
        yield (
            *(tank["name"], _date(day["day"]), *(alert[name] for name in names)),
            *(alert["state"], alert["by"]),
        )


def _calibrations(data, _words):
    names = ("scale", "offset", "by", "certificate")
    for tank in data["tanks"]:
        for one in tank["calibrations"]:
            dates = _date(one["date"]), _date(one["due"])
            yield tank["name"], tank["probe"], *dates, *(one[name] for name in names)
        if not tank["calibrations"]:
            due = _date(tank["calibration"]["due"])
            yield tank["name"], tank["probe"], "–", due


def _limits(data, _words):
    for tank in data["tanks"]:
        for limit in tank["limits"]:
            yield tank["name"], tank["standard"], tank["source"], limit


def _quality(data, _words):
    names = ("liters", "session_count", "animal_count", "fat", "protein", "scc")
    for row in data["quality"]:
        said = (row.get(name) for name in names)
        yield _date(row["day"]), row.get("grade") or "N/A", *said


def _each(data, name):
    for tank in data["tanks"]:
        for day in tank["days"]:
            for one in day[name]:
                yield tank, day, one


def _date(day):
    return date.fromisoformat(day) if day else None


def _yes(value, words):
    return words.get("heading", {}).get("yes", "yes") if value else ""


def headings():
    """All that :data:`SHEETS` and :func:`_yes` say, each once and in their order."""
    said = [text for title, header, _rows in SHEETS for text in (title, *header)]
    return [*dict.fromkeys([*said, SIGNATURE, "yes"])]


SIGNATURE = "Signature"
_DAY = ("Tank", "Day")
SHEETS = (
    (
        "Days",
        (
            *(*_DAY, "Result", "Milkings", "Coldest °C", "Warmest °C"),
            *("Minutes outside", "Minutes not measured", "Alerts"),
        ),
        _days,
    ),
    (
        "Milkings",
        (
            *(*_DAY, "Milking", "Before °C", "Start", "End", "End estimated"),
            *("Blend °C", "Limit °C", "Due", "Reached", "Minutes from start"),
            *("Minutes from end",),
            *("Minutes outside", "Result"),
        ),
        _milkings,
    ),
    ("Gaps", (*_DAY, "From", "To", "Minutes"), _gaps),
    (
        "Alerts",
        (
            *(*_DAY, "Began", "Ended", "Severity", "Alert", "Minutes", "Cause"),
            *("Corrective action", "Status", "Seen to by"),
        ),
        _alerts,
    ),
    (
        "Calibration",
        (
            *("Tank", "Probe", "Calibrated", "Next due", "Scale", "Offset", "By"),
            "Certificate",
        ),
        _calibrations,
    ),
    ("Standard", ("Tank", "Standard", "Source", "Limit"), _limits),
    (
        "Quality",
        (
            *("Day", "Grade", "Litres", "Milkings", "Animals", "Fat %", "Protein %"),
            "Somatic cells per mL",
        ),
        _quality,
    ),
)
