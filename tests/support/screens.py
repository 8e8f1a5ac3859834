"""The screens that people look at, and how: wide or narrow, light, dark, mirrored."""

from contextlib import suppress
from urllib.parse import urlparse

from playwright.sync_api import TimeoutError

BOARDS = {
    "live": "/odoo/iot-live",
    "device": "/odoo/iot-device",
    "cold-chain": "/odoo/iot-cold-chain",
    "milking": "/odoo/iot-milking",
    "milking-production": "/odoo/iot-milking?view=production",
    "milking-animals": "/odoo/iot-milking?view=animals",
    "alerts": "/odoo/iot-alert-board",
    "alert-timeline": "/odoo/iot-alert-board?view=timeline",
    "alert-statistics": "/odoo/iot-alert-board?view=statistics",
    "analytics": "/odoo/iot-analytics",
    "own-board": "/odoo/iot-board",
}
LOOKS = {"light": "light", "dark": "dark", "rtl": "light", "rtl-dark": "dark"}
RTL = "ar_001"
_LOADED = ".o_sd_board_frame[data-phase='ready']"


def dress(page, odoo, look):
    """Light or dark from the next page on; the language is the user's."""
    cookie = {"name": "color_scheme", "value": LOOKS[look], "path": "/"}
    host = urlparse(odoo.url).hostname
    page.context.add_cookies([{**cookie, "domain": host}])


def open_board(page, odoo, path, settle=500):
    """Wait until the board has been fetched, and some ms for its charts."""
    page.goto(odoo.url + path)
    page.locator(_LOADED).first.wait_for()
    with suppress(TimeoutError):  # a board that is fed all the time is never idle
        page.wait_for_load_state("networkidle", timeout=settle)
