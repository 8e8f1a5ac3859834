"""docker/odoo/entrypoint.sh, which installs and starts a real Odoo."""

import json
import stat

import pytest
import requests

from tests.support.odoo import Odoo


def test_odoo_is_healthy_and_only_the_secret_is_the_administrators_password(
    entry, secrets
):
    url = f"http://localhost:{entry.http}"
    assert requests.get(f"{url}/web/health", timeout=60).json() == {"status": "pass"}
    password = (secrets / "odoo_admin_password").read_text()
    admin = Odoo(url, "smartdairy", "admin", password)
    assert admin.call("res.users", "search_count", [("login", "=", "admin")]) == 1
    with pytest.raises(RuntimeError, match="Access Denied"):
        Odoo(url, "smartdairy", "admin", "admin")


def test_its_configuration_is_its_own_to_read_and_its_log_tells_no_secret(
    entry, secrets
):
    assert stat.S_IMODE(entry.conf.stat().st_mode) == 0o600
    text, log = entry.conf.read_text(), (entry.folder / "log").read_text()
    assert "@" not in text.split("]", 1)[1], "a name was not filled in"
    for secret in secrets.iterdir():
        if secret.stat().st_size:  # two are yours to fill in
            assert secret.read_text() not in log, secret.name
    assert "odoo.tools.config: option" not in log, "an option that Odoo does not know"


def test_its_log_is_one_json_object_a_line_from_where_our_code_is_loaded(entry):
    lines = (entry.folder / "log").read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("{"))
    end = next(i for i in range(start, len(lines)) if not lines[i].startswith("{"))
    told = [json.loads(line) for line in lines[start:end]]
    assert {"time", "level", "logger", "message", "pid"} <= told[0].keys()
    assert "smartdairy" in {line.get("database") for line in told}
    assert not [line for line in told if line["level"] in ("ERROR", "CRITICAL")]


def test_a_restart_installs_nothing_and_changed_add_ons_are_upgraded(entry):
    serve = f"-c {entry.conf}"
    assert entry.run_with("echo").splitlines() == [serve]
    (entry.folder / "addons" / "new.py").write_text("# a release later\n")
    upgrade, *rest = entry.run_with("echo").splitlines()
    modules = entry.environment["MODULES"]
    assert upgrade == f"{serve} -u {modules} --stop-after-init --no-http"
    assert rest == [serve]
    assert entry.run_with("echo").splitlines() == [serve], "once"


def test_an_upgrade_that_fails_is_tried_again_and_serves_nothing_meanwhile(entry):
    (entry.folder / "addons" / "new.py").write_text("# another release\n")
    for _attempt in range(2):
        with pytest.raises(AssertionError):
            entry.run_with("false")
    assert " -u " in entry.run_with("echo")
