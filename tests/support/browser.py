"""A real Chromium, logged in."""

from contextlib import contextmanager
from urllib.parse import urlparse

from playwright.sync_api import expect, sync_playwright

from tests.support.waiting import PATIENCE

# Without the background flags Chromium looks for its maker's hosts at every start.
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_LOADING = 180_000  # ms; who comes first has the styles compiled
expect.set_options(timeout=PATIENCE * 1000)  # where Playwright has five seconds


def be_patient(context):
    """On a busy machine a page takes its time; one that is there is not waited for."""
    context.set_default_timeout(PATIENCE * 1000)
    context.set_default_navigation_timeout(_LOADING)
    return context


@contextmanager
def open_page(odoo, path, width=1280, height=900):
    """A page of the web client; the errors of its console are in ``page.errors``.

    :param odoo: whose session is used; nobody's if its ``session_id`` is empty
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=_FLAGS
        )
        viewport = {"width": width, "height": height}
        context = be_patient(browser.new_context(viewport=viewport))
        if odoo.session_id:
            cookie = {"name": "session_id", "value": odoo.session_id, "path": "/"}
            host = urlparse(odoo.url).hostname
            context.add_cookies([{**cookie, "domain": host}])
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(odoo.url + path)
        yield page
        browser.close()
