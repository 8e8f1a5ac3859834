"""The Live board in a real Chromium, measured through the DevTools protocol."""

import time
from contextlib import contextmanager
from typing import NamedTuple

from tests.support.browser import open_page

PATIENCE = 120_000  # milliseconds, for what the first visit compiles
# When a screen full of tiles is painted, and when all are there; and each task that
# kept the page from answering.
WATCH = """
window.longTasks = [];
new PerformanceObserver((list) => {
    for (const task of list.getEntries()) {
        longTasks.push(task.duration);
    }
}).observe({ type: "longtask", buffered: true });
const look = () => {
    const tiles = document.querySelectorAll(".o_sd_tile_value:not(:empty)").length;
    const now = performance.now(); // the frame before this one is on the screen
    window.paintedAt ||= window.seen && now;
    window.seen ||= tiles > 0 && tiles >= Math.min(%(devices)d, 60);
    window.completeAt ||= tiles >= %(devices)d && now;
    if (!window.completeAt) {
        requestAnimationFrame(look);
    }
};
requestAnimationFrame(look);
"""
# One reading in ten, drawn by lot, as each sensor has its place in the second: from
# the time it bears, which is that of its publishing by the same machine's clock, to the
# frame after it was shown. And of each message: when the listener sent it, which it
# says, and when it was here.
FOLLOW = """() => {
    const telemetry = odoo.__WOWL_DEBUG__.root.env.services["smartdairy_iot.telemetry"];
    const { handlers, store } = telemetry;
    const isDrawn = () => Math.random() < 0.1;
    window.latencies = [];
    window.sent = [];
    window.travelled = [];
    const type = "smartdairy_iot/reading_tables";
    const handle = handlers[type];
    handlers[type] = (message) => {
        travelled.push(Date.now() - message.at);
        const ages = message.tables.flatMap(({ t }) => t || []);
        sent.push(...ages.filter((t) => t && isDrawn()).map((t) => -t));
        handle(message);
    };
    const show = store.applyReading;
    store.applyReading = function (entry, reading) {
        show.call(this, entry, reading);
        if (reading.time && isDrawn()) {
            requestAnimationFrame(() => latencies.push(Date.now() - reading.time));
        }
    };
}"""


LAYOUT = ("LayoutDuration", "RecalcStyleDuration")


class Shown(NamedTuple):
    """What showing a load took."""

    long_tasks: list  # milliseconds of each over 50
    scripting: float  # share of one core
    main_thread: float  # the same with layout and painting
    layout: float  # share of one core, styles included
    heap_mb: tuple  # before and after, garbage collected
    latencies: list  # milliseconds, publish → tile
    sent: list  # milliseconds, publish → the listener sends what it has gathered
    travelled: list  # milliseconds of a message, from the listener to the page


class Screen:
    """One open board."""

    def __init__(self, page):
        self._page = page
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("Performance.enable")

    def paint(self):
        """Milliseconds from the navigation: the screen is full, all tiles are there."""
        self._page.reload()
        self._page.wait_for_function("() => window.completeAt", timeout=PATIENCE)
        return self._page.evaluate("() => [paintedAt, completeAt]")

    def watch(self, seconds):
        """Look on while a load runs."""
        page = self._page
        page.wait_for_selector(".o_sd_connection[data-connection='live']")
        page.evaluate(FOLLOW)
        page.evaluate("() => { longTasks.length = 0; }")
        before, heap = self._metrics(), self._heap()
        started = time.monotonic()
        page.wait_for_timeout(seconds * 1000)
        took = time.monotonic() - started
        after = self._metrics()
        tasks = page.evaluate("() => longTasks.slice()")  # before collecting garbage
        followed = page.evaluate("() => [latencies, sent, travelled]")
        return Shown(
            tasks,
            (after["ScriptDuration"] - before["ScriptDuration"]) / took,
            (after["TaskDuration"] - before["TaskDuration"]) / took,
            sum(after[name] - before[name] for name in LAYOUT) / took,
            (heap, self._heap()),
            *followed,
        )

    def _metrics(self):
        found = self._devtools.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in found}

    def _heap(self):
        self._devtools.send("HeapProfiler.collectGarbage")
        return self._metrics()["JSHeapUsedSize"] / 2**20


@contextmanager
def board(odoo, devices):
    """The Live board of so many devices; a visit before has filled the caches."""
    with open_page(odoo, "/web/static/img/logo.png") as page:
        page.context.add_init_script(WATCH % {"devices": devices})
        page.set_default_timeout(PATIENCE)
        page.goto(odoo.url + "/odoo/iot-live")
        page.wait_for_function("() => window.completeAt")
        yield Screen(page)
