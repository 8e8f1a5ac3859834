"""Prometheus and Alertmanager as docker/ configures them, with real receivers."""

import os
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from stack.settings import free_port

from tests.conftest import wait_until
from tests.deploy.places import (
    DOCKER,
    HOST,
    RUN,
    has_namespaces,
    listens,
    option,
    running,
)
from tests.support.http_sink import HttpSink
from tests.support.smtp_sink import SmtpSink

BIN = RUN / "prometheus" / "usr" / "bin"
# Debian's looks for its templates there, and ours is only unpacked.
SHARE = RUN / "prometheus" / "usr" / "share"
WITH_TEMPLATES = ("sh", "-c", 'mount --bind "$0" /usr/share && exec "$@"', SHARE)
ENTRYPOINT = DOCKER / "alertmanager" / "entrypoint.sh"


def token():
    return option("metrics_token", "smartdairy_iot")


def replaced(text, *pairs):
    """A configuration with the addresses and the pace of this machine."""
    for here, there in pairs:
        assert here in text, here
        text = text.replace(here, str(there))
    return text


@pytest.fixture(scope="session")
def told(tmp_path_factory):
    """Alertmanager from its entry point, and whom it tells.

    :return: ``.port``, ``.posted`` (an HTTP server), ``.mailed`` (an SMTP server),
        ``.made`` (its configuration), ``.secrets``
    """
    if not has_namespaces():
        pytest.skip("an ordinary user has no view of the files of its own here")
    folder = tmp_path_factory.mktemp("alertmanager")
    port = free_port(set())
    for name in ("secrets", "config", "data"):
        (folder / name).mkdir()
    text = (DOCKER / "alertmanager" / "alertmanager.yml.in").read_text()
    pace = ("group_wait: 15s", "group_wait: 200ms"), ("interval: 5m", "interval: 1s")
    (folder / "config" / "alertmanager.yml.in").write_text(replaced(text, *pace))
    with HttpSink() as posted, SmtpSink() as mailed:
        url = f"{posted.url}/hook?key=it's-secret&to=|sed"
        (folder / "secrets" / "alert_webhook_url").write_text(url)
        with running(
            [*WITH_TEMPLATES, "sh", ENTRYPOINT, f"--web.listen-address={HOST}:{port}"],
            folder / "log",
            listens(port),
            "Alertmanager",
            writable=[folder],
            ALERTMANAGER=BIN / "prometheus-alertmanager",
            CONFIG=folder / "config",
            SECRETS=folder / "secrets",
            MADE=folder / "made.yml",
            DATA=folder / "data",
            ALERT_EMAIL_TO="on-call@example.com",
            SMTP_HOST=f"{HOST}:{mailed.port}",
            SMTP_TLS="false",
        ):
            yield SimpleNamespace(
                port=port,
                posted=posted,
                mailed=mailed,
                made=folder / "made.yml",
                log=folder / "log",
            )


@pytest.fixture(scope="session")
def configured(tmp_path_factory, told):
    """The folder docker/prometheus; of the job ``odoo`` a second one is never there."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "token").write_text(token())
    (folder / "rules").mkdir()
    rules = (DOCKER / "prometheus/rules/smartdairy.yml").read_text()
    down = 'expr: up{job="odoo"} == 0\n            for: 1m'
    soon = (down, down.replace("1m", "1s"))
    (folder / "rules" / "smartdairy.yml").write_text(replaced(rules, soon))
    odoo = os.environ["ODOO_URL"].removeprefix("http://")
    text = (DOCKER / "prometheus" / "prometheus.yml").read_text()
    text = replaced(
        text,
        ("15s", "1s"),
        ("/run/secrets/metrics_token", folder / "token"),
        ('"odoo:8069"', f'"{odoo}", "{HOST}:{free_port(set())}"'),
        ("alertmanager:9093", f"{HOST}:{told.port}"),
    )
    (folder / "prometheus.yml").write_text(text)
    return folder


@pytest.fixture(scope="session")
def ask(configured):
    """``ask("query", query="up")`` → its data, after it has scraped all there is."""
    url = f"http://{HOST}:{(port := free_port(set()))}"
    command = [BIN / "prometheus", f"--config.file={configured}/prometheus.yml"]
    command += [f"--storage.tsdb.path={configured}/data"]
    command += [f"--web.listen-address={HOST}:{port}"]

    def ask(path, **parameters):
        address = f"{url}/api/v1/{path}"
        answer = requests.get(address, params=parameters, timeout=60).json()
        assert answer["status"] == "success", f"{parameters}: {answer.get('error')}"
        return answer["data"]

    def is_ready():
        try:
            return requests.get(f"{url}/-/ready", timeout=10).ok
        except requests.RequestException:
            return False

    data: Path = configured / "data"
    data.mkdir()
    log = configured / "log"
    with running(command, log, is_ready, "Prometheus", writable=[data]):
        for job in ("odoo", "alertmanager"):
            healthy = f'up{{job="{job}"}} == 1'
            wait_until(lambda: ask("query", query=healthy)["result"], "a scrape")  # noqa: B023
        yield ask
