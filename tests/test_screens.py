"""Every board, light, dark and mirrored: no serious accessibility fault."""

import os

import pytest

from tests.support.accessibility import serious_faults
from tests.support.browser import open_page
from tests.support.odoo import Odoo
from tests.support.screens import BOARDS, RTL, dress, open_board


@pytest.fixture
def reader(make_device, odoo, make_user):
    """``reader(lang)``: a session of somebody who sees one device with a value."""
    make_device().publish({"temperature": 4.2, "humidity": 81})

    def make(lang):
        login, password = make_user(lang=lang)
        return Odoo(odoo.url, os.environ["ODOO_DB"], login, password)

    return make


@pytest.mark.parametrize("look", ["light", "dark"])
def test_no_board_has_a_serious_fault(reader, look):
    session = reader("en_US")
    with open_page(session, "/web/health") as page:
        dress(page, session, look)
        for name, path in BOARDS.items():
            open_board(page, session, path)
            assert serious_faults(page) == [], f"{name}, {look}"
        scheme = "getComputedStyle(document.body).colorScheme"
        assert (page.evaluate(scheme) == "dark") == (look == "dark")
        assert page.errors == []


def test_boards_are_mirrored_for_who_reads_from_right_to_left(reader, odoo):
    domain = [("code", "=", RTL), ("active", "in", (True, False))]
    (lang,) = odoo.search_read("res.lang", domain, ["id"])
    wizard = odoo.create("base.language.install", {"lang_ids": [(6, 0, [lang["id"]])]})
    odoo.call("base.language.install", "lang_install", [wizard])
    session = reader(RTL)
    with open_page(session, "/web/health", 390) as page:
        for name, path in BOARDS.items():
            open_board(page, session, path)
            assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
            wide = "document.querySelector('.o_sd_content').scrollWidth > innerWidth"
            assert not page.evaluate(wide), f"{name} is wider than a phone"
            assert serious_faults(page) == [], f"{name}, {RTL}"
        assert page.errors == []
