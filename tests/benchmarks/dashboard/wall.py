"""A kiosk's page in a real Chromium, its clock driven: a day of turning in a minute."""

from contextlib import contextmanager
from typing import NamedTuple

from tests.support.browser import open_page

PATIENCE = 60_000  # milliseconds of real time, for what a server answers
KIOSK = ".o_iot_kiosk"
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

    def turn(self, times, seconds):
        """Each picture for its time, as the page's clock counts; then the next one."""
        page = self.page
        for _time in range(times):
            before = page.evaluate(PICTURE)
            page.clock.fast_forward(seconds * 1000)
            page.wait_for_function(
                f"(before) => ({PICTURE})() !== before", arg=before, timeout=PATIENCE
            )

    def turn_to(self, view, seconds):
        """On to the first picture of a view."""
        while self.page.evaluate(PICTURE) != f"{view} 0":
            self.turn(1, seconds)

    def expect_connection(self, connection, timeout=PATIENCE):
        self.page.wait_for_selector(
            f".o_sd_connection[data-connection='{connection}']", timeout=timeout
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
        page.wait_for_selector(KIOSK, timeout=PATIENCE)
        yield shown
