"""The configuration page says what the code takes, and nothing else."""

import pytest

from reference.settings_table import BEGIN, END, PAGE, declaration, page, table


def test_the_committed_page_is_what_the_declaration_says():
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text, "run: python3 scripts/reference"


def test_each_setting_has_a_meaning_and_says_if_it_is_secret():
    rows = {row.split("`")[1]: row for row in table(declaration()).splitlines()[2:]}
    assert "secret" in rows["metrics_token"] and "secret" not in rows["mqtt_host"]
    assert "at least 5" in rows["mqtt_keepalive"]
    assert "absolute path" in rows["archive_path"]
    assert all(len(row.split("|")[4].strip()) > 10 for row in rows.values())


def test_secrets_are_not_shown_when_the_settings_are_printed():
    shown = repr(declaration()(mqtt_password="hush-mqtt", sms_token="hush-sms"))
    assert "hush" not in shown


def test_a_page_without_a_place_for_the_table_is_refused_and_not_overwritten():
    with pytest.raises(ValueError, match="needs the lines"):
        page(f"# Configuration\n{END}\n{BEGIN}\n")
