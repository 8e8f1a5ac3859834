"""What a person does on a screen, where a model cannot tell whether it works."""

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_page

EXACT = {"exact": True}


@pytest.fixture
def gateway(odoo):
    """The SMS gateway's settings, put back afterwards; ``gateway()`` reads them."""
    # Other tests make companies of their own, which may come first by their names.
    user = odoo.search_read("res.users", [("login", "=", odoo.login)], ["company_id"])
    company = user[0]["company_id"][0]
    names = ["iot_sms_provider", "iot_sms_url"]

    def read():
        return odoo.call("res.company", "read", [company], names)[0]

    before = read()
    set_up = {"iot_sms_provider": "http", "iot_sms_url": "http://127.0.0.1:9/sms"}
    odoo.call("res.company", "write", [company], set_up)
    yield read
    values = {name: before[name] for name in names}
    odoo.call("res.company", "write", [company], values)


def test_a_test_sms_does_not_store_settings_that_nobody_saved(odoo, gateway):
    """A wrong address would stay in force after Discard, and no SMS leave any more."""
    with open_page(odoo, "/odoo/settings#smartdairy_iot") as page:
        url = page.locator("[name=iot_sms_url] input")
        url.fill("http://127.0.0.1:9/typed")
        page.get_by_role("button", name="Send Me a Test SMS").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Would you like to save your changes?")
        dialog.get_by_role("button", name="Stay Here").click()
        expect(url).to_have_value("http://127.0.0.1:9/typed")
        page.get_by_role("button", name="Discard", **EXACT).click()
        expect(dialog).to_be_hidden()
        assert gateway()["iot_sms_url"] == "http://127.0.0.1:9/sms"
        assert page.errors == []
