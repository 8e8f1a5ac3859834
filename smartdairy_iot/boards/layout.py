"""What a board of somebody's own may hold. Pure.

``{"version": 1, "widgets": [{"id", "type", "width", "height", …}]}``; what else a
widget has depends on its type, see :data:`TYPES`. They stand in the order of the list.
"""

VERSION = 1
MOST_WIDGETS = 40
MOST_COLUMNS = 4
MOST_ROWS = 3
SPANS = ("1h", "6h", "24h", "7d", "30d")
KPIS = ("online", "offline", "alarm", "alerts", "temperature")
_COMMON = {"id", "type", "width", "height"}


class LayoutError(ValueError):
    """:ivar where: as in ``widgets[2].width``"""

    def __init__(self, where, why):
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


def _is_id(value):
    return type(value) is int and value > 0


def _is_word(value):
    return isinstance(value, str) and value.isidentifier() and len(value) <= 40


# {type: {key: (is it right, what it must be)}}
TYPES = {
    "tile": {"device_id": (_is_id, "a device")},
    "chart": {
        "device_id": (_is_id, "a device"),
        "measure": (_is_word, "a measured value"),
        "span": (lambda value: value in SPANS, f"one of {', '.join(SPANS)}"),
    },
    "kpi": {"kpi": (lambda value: value in KPIS, f"one of {', '.join(KPIS)}")},
    "alerts": {},
    "tank": {"tank_id": (_is_id, "a tank")},
}


def check(layout):
    """:raise LayoutError: naming the first thing that is wrong"""
    if not isinstance(layout, dict) or set(layout) != {"version", "widgets"}:
        raise LayoutError("layout", "must have version and widgets, and no more")
    if layout["version"] != VERSION:
        raise LayoutError("version", f"must be {VERSION}")
    widgets = layout["widgets"]
    if not isinstance(widgets, list) or len(widgets) > MOST_WIDGETS:
        raise LayoutError("widgets", f"must be a list of at most {MOST_WIDGETS}")
    seen = set()
    for number, widget in enumerate(widgets):
        _check_widget(f"widgets[{number}]", widget)
        if widget["id"] in seen:
            raise LayoutError(f"widgets[{number}].id", "is there twice")
        seen.add(widget["id"])


def _check_widget(where, widget):
    if not isinstance(widget, dict):
        raise LayoutError(where, "must be an object")
    kind = widget.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        raise LayoutError(f"{where}.type", f"must be one of {', '.join(TYPES)}")
    checks = TYPES[kind]
    if missing := sorted((_COMMON | set(checks)) - set(widget)):
        raise LayoutError(where, f"lacks {', '.join(missing)}")
    if unknown := sorted(set(widget) - _COMMON - set(checks)):
        raise LayoutError(where, f"has {', '.join(map(str, unknown))}, not known here")
    if not _is_word(widget["id"]):
        raise LayoutError(f"{where}.id", "must be a short name")
    for key, most in (("width", MOST_COLUMNS), ("height", MOST_ROWS)):
        if type(widget[key]) is not int or not 1 <= widget[key] <= most:
            raise LayoutError(f"{where}.{key}", f"must be from 1 to {most}")
    for key, (is_right, what) in checks.items():
        if not is_right(widget[key]):
            raise LayoutError(f"{where}.{key}", f"must be {what}")
