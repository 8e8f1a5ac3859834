"""The doctor examines the running system, and systems that are broken on purpose."""

import configparser
import json
import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from stack.settings import free_port

from tests.conftest import wait_until

REPO = Path(__file__).resolve().parents[1]


@pytest.fixture
def examine(tmp_path):
    """Run it with some keys of odoo.conf changed; return exit code, output, bundle."""

    def examine(**changed):
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(os.environ["ODOO_CONF"])
        for key, value in changed.items():
            parser["smartdairy_iot"][key] = value
        conf = tmp_path / "odoo.conf"
        conf.touch(0o600)
        with conf.open("w", encoding="utf-8") as file:
            parser.write(file)
        command = [os.environ["PYTHON"], REPO / "scripts" / "doctor"]
        command += ["--config", conf, "--bundle", tmp_path / "support"]
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert not done.stderr, done.stderr
        newest = max((tmp_path / "support").iterdir())
        newest.rename(tmp_path / "bundle.tar.gz")
        return done.returncode, done.stdout, tmp_path / "bundle.tar.gz"

    return examine


def test_a_system_that_works_has_no_failure_and_the_bundle_no_secret(examine):
    code, report, bundle = examine()
    assert code == 0, report
    for words in ("Odoo writes and reads its topics", "lead: 0", "a stranger without"):
        assert words in report
    with tarfile.open(bundle) as tar:
        texts = {
            member.name.rpartition("/")[2]: tar.extractfile(member).read().decode()
            for member in tar.getmembers()
        }
    facts = json.loads(texts["facts.json"])
    assert facts["versions"]["python"] and facts["store"]["timescaledb"]
    everything = report + "".join(texts.values())
    for name in ("ODOO_PASSWORD", "MQTT_PASSWORD"):
        assert os.environ[name] not in everything
    for name in ("TIMESCALE_DSN", "PG_DSN"):
        assert os.environ[name].split(":")[2].split("@")[0] not in everything


def test_what_waits_at_the_broker_is_told(examine, make_device):
    """Before 2.0.16, Mosquitto tells it when it changes, each ten seconds."""
    make_device().publish_status(True)  # is kept
    wait_until(lambda: "the broker keeps" in examine()[1], "it says how many")


def test_a_broker_that_is_away_a_wrong_password_and_a_strange_ca_are_told(
    examine, tmp_path
):
    dsn = "host=127.0.0.1 port=1 dbname=iot user=odoo password=hush-hush"
    strange = tmp_path / "strange"
    script = REPO / "scripts" / "certificates.sh"
    subprocess.run([script, "ca", strange], check=True, capture_output=True)
    code, report, _bundle = examine(timescale_dsn=dsn, mqtt_port=str(free_port(set())))
    assert code == 1
    assert "cannot be reached" in report and "correct timescale_dsn" in report
    assert "start the broker" in report and "hush-hush" not in report
    own = os.environ["TIMESCALE_DSN"]
    code, report, _bundle = examine(
        mqtt_ca=str(strange / "ca.crt"), timescale_replica_dsn=own
    )
    assert code == 1
    assert "it is a database of its own, and not read from" in report
    assert "must be the authority that signed the broker's certificate" in report
