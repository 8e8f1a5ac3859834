"""A kiosk's page in a real Chromium, its clock driven: a day of turning in a minute."""

import time
from contextlib import contextmanager
from typing import NamedTuple

from tests.support.browser import open_page

PATIENCE = 60_000  # milliseconds of real time, for what a server answers
KIOSK = ".o_iot_kiosk"
BADGE = ".o_sd_connection"
PICTURE = f"""() => {{
    const {{ view, page }} = document.querySelector("{KIOSK}").dataset;
    return `${{view}} ${{page}}`;
}}"""
ON_SCREEN = "() => document.querySelectorAll('*').length"


class Size(NamedTuple):
    """What a page holds, garbage collected."""

    heap_mb: float
    nodes: int  # in the page and beside it
    elements: int  # in the page
    listeners: int


class Wall:
    """One screen, opened by its link and without a login."""

    def __init__(self, page):
        self.page = page
        self._devtools = page.context.new_cdp_session(page)
        self._devtools.send("Performance.enable")

    def turn(self, times, seconds, patience=PATIENCE):
        """Each picture for its time, as the page's clock counts; then the next one."""
        page = self.page
        for _time in range(times):
            before = page.evaluate(PICTURE)
            page.clock.fast_forward(seconds * 1000)
            if patience < PATIENCE:  # what waits a moment for an answer goes on
                page.clock.run_for(1000)
            page.wait_for_function(
                f"(before) => ({PICTURE})() !== before", arg=before, timeout=patience
            )

    def turn_to(self, view, seconds):
        """On to the first picture of a view."""
        while self.page.evaluate(PICTURE) != f"{view} 0":
            self.turn(1, seconds)

    def wait(self):
        """Until the page shows something of its farms."""
        self.page.wait_for_selector(KIOSK, timeout=PATIENCE)

    def recover(self, when):
        """It is live again by itself; its clock goes on meanwhile as fast as ours.

        :return: seconds that this took
        """
        began = time.monotonic()
        while not self.page.locator(f"{BADGE}[data-connection='live']").count():
            if time.monotonic() - began > PATIENCE / 1000:
                raise SystemExit(f"kiosk: the screen is not live {when}")
            self.page.clock.run_for(1000)
            self.page.wait_for_timeout(50)
        return time.monotonic() - began

    def expect_connection(self, connection, timeout=PATIENCE):
        self.page.wait_for_selector(
            f"{BADGE}[data-connection='{connection}']", timeout=timeout
        )

    def size(self):
        """Always with the same view on the screen, else they cannot be compared."""
        for _time in range(2):
            self._devtools.send("HeapProfiler.collectGarbage")
        found = self._devtools.send("Performance.getMetrics")["metrics"]
        metrics = {metric["name"]: metric["value"] for metric in found}
        return Size(
            metrics["JSHeapUsedSize"] / 2**20,
            int(metrics["Nodes"]),
            self.page.evaluate(ON_SCREEN),
            int(metrics["JSEventListeners"]),
        )


@contextmanager
def wall(nobody, path, width=1920, height=1080):
    """:param nobody: ``url``, and an empty ``session_id``"""
    with open_page(nobody, "/web/health", width, height) as page:
        page.clock.install()
        page.goto(nobody.url + path)
        shown = Wall(page)
        shown.wait()
        yield shown
