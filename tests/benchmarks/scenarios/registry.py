"""What the web client asks about ten thousand devices, as it asks it.

Each figure is the time from the request to the whole answer, of one user, over HTTP.
"""

import time
from functools import partial
from xml.etree import ElementTree

from ..alerts.percentile import percentile
from ..shell import drive

DEVICES = 10_000
TIMES, WARM = 20, 3
PAGE, COLUMN = 80, 20  # rows of the list, cards of a kanban's column
ILIKE = ("name", "device_id", "serial_number")
HERD = "from tests.benchmarks.registry import herd; herd."


def registry(session):
    """List, kanban, search, search panel and map; and how long an edit takes."""
    session.figures |= drive(session, "registry", f"{HERD}make(env, {DEVICES})")
    try:
        for name, asks in questions(session.odoo).items():
            session.figures[f"registry_{name}_p95_ms"] = measure(name, asks)
    finally:
        drive(session, "registry", f"{HERD}remove(env)")


def questions(odoo):
    """``{name: [call, …]}``; one that opens a screen makes several calls."""
    ask = Asker(odoo)
    text = ["|", "|", *([name, "ilike", "sensor 77"] for name in ILIKE)]
    farm = [["farm_id", "=", ask.farm_id]]
    tag = [["tag_ids", "in", [ask.tag_id]]]
    alert = [["alert_ids.is_open", "=", True]]
    return {
        "list": [partial(ask.page, [])],
        "list_end": [partial(ask.page, [], offset=DEVICES - PAGE)],
        "kanban": [partial(ask.columns, [])],
        "search_text": [partial(ask.page, text)],
        "search_farm": [partial(ask.page, farm)],
        "search_tag": [partial(ask.page, tag)],
        "search_alert": [partial(ask.page, alert)],
        "panel": [partial(ask.panel, [])],
        "panel_text": [partial(ask.panel, text)],
        "map": [partial(ask.map, [])],
    }


def measure(name, asks):
    """:return: milliseconds, of 20 rounds after three that count not"""
    took = []
    for _round in range(WARM + TIMES):
        started = time.perf_counter()
        for ask in asks:
            ask()
        took.append(1000 * (time.perf_counter() - started))
    p95 = percentile(took[WARM:], 95)
    median = percentile(took[WARM:], 50)
    print(f"registry, {name}: p95 {p95:.0f} ms, median {median:.0f} ms", flush=True)
    return p95


class Asker:
    """Asks with the fields that the views of this version have."""

    def __init__(self, odoo):
        self._odoo = odoo
        views = self._ask("get_views", [[False, "list"], [False, "kanban"]])
        fields = views["models"]["iot.device"]["fields"]
        self._of_list = specification(views["views"]["list"]["arch"], fields)
        self._of_kanban = specification(views["views"]["kanban"]["arch"], fields)
        named = [["name", "=like", "Bench herd%"]]
        self.farm_id = odoo.call("farm.farm", "search", named)[7]
        self.tag_id = odoo.call("iot.device.tag", "search", named)[0]

    def _ask(self, method, *arguments, **keywords):
        return self._odoo.call("iot.device", method, *arguments, **keywords)

    def page(self, domain, offset=0):
        """One page of the list, and how many there are."""
        found = self._ask(
            "web_search_read",
            domain=domain,
            specification=self._of_list,
            offset=offset,
            limit=PAGE,
            count_limit=DEVICES + 1,
            context={"bin_size": True},
        )
        if not found["records"]:
            raise SystemExit(f"registry: nothing is found by {domain}")

    def columns(self, domain):
        """The kanban: each status with its first cards."""
        found = self._ask(
            "web_read_group",
            domain=domain,
            groupby=["state"],
            aggregates=[],
            auto_unfold=True,
            opening_info=[],
            unfold_read_specification=self._of_kanban,
            unfold_read_default_limit=COLUMN,
            groupby_read_specification={},
            context={"read_group_expand": True},
        )
        if sum(len(group["__records"]) for group in found["groups"]) < 2 * COLUMN:
            raise SystemExit("registry: the kanban has no cards")

    def panel(self, domain):
        """Farms, statuses, types and tags with their counts: one call each."""
        how = {"enable_counters": True, "search_domain": domain, "expand": False}
        self._ask("search_panel_select_range", "farm_id", hierarchize=True, **how)
        for name in ("state", "device_type", "tag_ids"):
            self._ask("search_panel_select_multi_range", name, **how)

    def map(self, domain):
        """Every device by its place."""
        found = self._ask("get_device_map", domain)
        shown = sum(len(ids) for p in found["points"] for ids in p["ids"].values())
        if shown < DEVICES:
            raise SystemExit(f"registry: the map shows {shown} devices")


def specification(arch, fields):
    """What the client reads for a view: hidden columns, too."""
    found = {}
    for node in ElementTree.fromstring(arch).iter("field"):  # noqa: S314 - of our Odoo
        name = node.get("name")
        relates = fields[name]["type"] in ("many2one", "many2many", "one2many")
        wanted = (
            {"display_name": {}, "color": {}}
            if name == "tag_ids"
            else {"display_name": {}}
        )
        found[name] = {"fields": wanted} if relates else {}
    return found
