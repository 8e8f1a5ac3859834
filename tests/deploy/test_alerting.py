"""docker/alertmanager/: a rule fires, and somebody is told, by a real Alertmanager."""

import json
import stat
import subprocess

import pytest
import requests
import yaml

from tests.conftest import wait_until
from tests.deploy.places import HOST, plain_environment, run
from tests.deploy.watching import BIN, ENTRYPOINT

ODOO_DOWN = "OdooDown"
FOLLOWS = "SomethingThatFollows"


def amtool(*arguments):
    return run(BIN / "amtool", *arguments)


def alerts_posted(told):
    for got in told.posted.received:
        yield from json.loads(got.body)["alerts"]


def name_of(alert):
    return alert["labels"]["alertname"]


def names_posted(told):
    return set(map(name_of, alerts_posted(told)))


def raise_alert(told, name, **labels):
    """As Prometheus does."""
    alert = {"labels": {"alertname": name, **labels}, "annotations": {"summary": name}}
    url = f"http://{HOST}:{told.port}/api/v2/alerts"
    assert requests.post(url, json=[alert], timeout=60).ok


def test_a_rule_that_fires_is_posted_and_mailed_with_what_is_to_be_done(told, ask):
    wait_until(lambda: ODOO_DOWN in names_posted(told), "the post")
    paths = {got.path for got in told.posted.received}
    assert paths == {"/hook?key=it's-secret&to=|sed"}, "just what the secret says"
    alert = next(a for a in alerts_posted(told) if name_of(a) == ODOO_DOWN)
    assert alert["annotations"]["summary"] == "Odoo does not answer"
    assert "docker compose" in alert["annotations"]["action"]

    def mails():
        return [mail for mail in told.mailed.received if ODOO_DOWN in mail["Subject"]]

    assert wait_until(mails, "the mail")[0]["To"] == "on-call@example.com"


def test_what_follows_from_something_worse_is_not_told_beside_it(told, ask):
    wait_until(lambda: ODOO_DOWN in names_posted(told), "the worse one")
    raise_alert(told, FOLLOWS, severity="critical")
    url = f"http://{HOST}:{told.port}/api/v2/alerts"

    def inhibited():
        alerts = requests.get(url, timeout=60).json()
        found = {a["labels"]["alertname"]: a["status"] for a in alerts}
        return found.get(FOLLOWS, {}).get("inhibitedBy")

    wait_until(inhibited, "it is held back")
    assert FOLLOWS not in names_posted(told)


def test_amtool_takes_the_configuration_and_only_its_owner_reads_it(told):
    assert "SUCCESS" in amtool("check-config", told.made)
    assert stat.S_IMODE(told.made.stat().st_mode) == 0o600
    log = told.log.read_text()
    assert "it's-secret" not in log
    assert "level=warn" not in log, "nor has Alertmanager itself a doubt"


@pytest.mark.parametrize(
    ("variables", "has_mail"),
    [
        ({}, False),
        ({"ALERT_EMAIL_TO": "a@example.com", "SMTP_HOST": "mail:587"}, True),
        (
            {
                "ALERT_EMAIL_TO": "a@example.com",
                "SMTP_HOST": "mail:587",
                "SMTP_USER": "it's me",
            },
            True,
        ),
    ],
)
def test_it_starts_with_what_it_is_given_and_says_when_that_is_nobody(
    variables, has_mail, tmp_path
):
    (tmp_path / "alert_webhook_url").touch()
    (tmp_path / "smtp_password").write_text("pass: 'word' # {}")
    made = tmp_path / "made.yml"
    places = {"SECRETS": tmp_path, "MADE": made, "ALERTMANAGER": "true"}
    said = run("sh", ENTRYPOINT, **places, **variables)
    assert "SUCCESS" in amtool("check-config", made)
    assert ("nobody is told" in said) is not has_mail
    (people,) = yaml.safe_load(made.read_text())["receivers"]
    assert ("email_configs" in people) is has_mail
    if "SMTP_USER" in variables:
        (mail,) = people["email_configs"]
        assert mail["auth_username"] == "it's me"
        assert mail["auth_password"] == "pass: 'word' # {}"


def test_a_mail_without_a_server_is_refused_with_what_is_missing(tmp_path):
    done = subprocess.run(
        ["sh", ENTRYPOINT],
        capture_output=True,
        text=True,
        env=plain_environment(
            SECRETS=tmp_path,
            MADE=tmp_path / "made.yml",
            ALERTMANAGER="true",
            ALERT_EMAIL_TO="a@example.com",
        ),
    )
    assert done.returncode and "the mail server, as host:port" in done.stderr
