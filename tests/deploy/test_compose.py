"""docker/compose.yaml, read as the Compose Specification has it."""

import json
import re
import stat
from importlib import metadata
from pathlib import Path

import jsonschema_rs
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.deploy.places import DOCKER, REPO, run

FILES = ("compose.yaml", "compose.bridge.yaml")
SCHEMA = json.loads(Path(__file__).with_name("compose-spec.json").read_text())
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES = COMPOSE["services"]
SERVERS = {n: s for n, s in SERVICES.items() if s.get("restart") != "no"}
# From the image, with Odoo's own libraries.
FROM_IMAGE = {"psycopg2-binary", "requests", "urllib3", "idna"}


@pytest.mark.parametrize("name", FILES)
def test_the_compose_file_is_what_the_specification_allows(name):
    read = yaml.safe_load((DOCKER / name).read_text())
    faults = jsonschema_rs.validator_for(SCHEMA).iter_errors(read)
    assert [f"{fault.instance_path}: {fault.message}" for fault in faults] == []


def test_the_schema_would_have_seen_a_fault():
    broken = {"services": {"odoo": {"image": 5, "helthcheck": {}}}}
    assert not jsonschema_rs.validator_for(SCHEMA).is_valid(broken)


def test_every_file_that_is_mounted_or_built_from_is_there():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DOCKER / source).exists(), (name, source)
                assert volume.endswith(":ro"), f"{name} may write {source}"
            else:
                assert source in COMPOSE["volumes"], (name, source)
    dockerfile = (DOCKER / "odoo" / "Dockerfile").read_text()
    for source in re.findall(r"^COPY (\S+) ", dockerfile, re.M):
        assert (REPO / source).exists(), source
    assert set(COMPOSE["volumes"]) == {
        v.split(":")[0]
        for s in SERVICES.values()
        for v in s.get("volumes", [])
        if not v.startswith(".")
    }


def test_what_is_named_by_a_service_is_declared():
    for name, service in SERVICES.items():
        assert set(service.get("networks", [])) <= set(COMPOSE["networks"]), name
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"]), name
        for other, condition in service.get("depends_on", {}).items():
            if condition["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other], f"{name} would wait for ever"


@pytest.mark.parametrize("name", SERVERS)
def test_every_server_is_watched_pinned_and_has_no_more_rights_than_it_needs(name):
    service = SERVERS[name]
    assert service["healthcheck"]["test"][0] == "CMD-SHELL"
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    tag = service["image"].rpartition(":")[2]
    assert tag != "latest" and re.match(r"v?\d+\.\d", tag), service["image"]
    assert "privileged" not in service


def test_nothing_but_the_broker_is_open_to_the_network_by_default():
    ports = {n: s["ports"] for n, s in SERVICES.items() if s.get("ports")}
    assert set(ports) == {"mosquitto", "nginx"}
    assert ports["nginx"] == ["${HTTPS_BIND:-127.0.0.1}:${HTTPS_PORT:-8443}:443"]
    assert all(p.endswith((":8883", ":8884")) for p in ports["mosquitto"])


def test_no_password_is_in_the_file_only_names_of_files():
    text = (DOCKER / "compose.yaml").read_text()
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN", key):
                file = key.endswith("_FILE") and value.startswith("/run/secrets/")
                assert file or "PORT" in key, (name, key)
    assert not re.search(r"[0-9a-f]{32}", text)


def test_secrets_sh_makes_every_secret_of_the_file_once_each_another(secrets):
    made = {p.name: p.read_text() for p in secrets.iterdir()}
    assert {f"./secrets/{name}" for name in made} == {
        secret["file"] for secret in COMPOSE["secrets"].values()
    }
    yours = [made.pop(name) for name in ("alert_webhook_url", "smtp_password")]
    assert yours == ["", ""]
    assert len(set(made.values())) == len(made)
    assert all(re.fullmatch("[0-9a-f]{64}", value) for value in made.values())
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    run("sh", DOCKER / "secrets.sh", secrets)
    again = {p.name: p.read_text() for p in secrets.iterdir() if p.name in made}
    assert again == made, "kept"


def test_the_image_has_the_versions_that_the_tests_run_with():
    def pins(path):
        lines = (line.split("#")[0].strip() for line in path.read_text().splitlines())
        return dict(line.split("==") for line in lines if "==" in line)

    ours, theirs = (
        pins(REPO / "requirements.txt"),
        pins(DOCKER / "odoo/requirements.txt"),
    )
    assert theirs.items() <= ours.items()
    head = (REPO / "requirements.txt").read_text().split("# --- Odoo 19")[0]
    added = set(re.findall(r"^([\w.-]+)==", head, re.M))
    assert added - FROM_IMAGE <= set(theirs)


def test_the_image_has_all_that_these_libraries_need_or_pip_would_choose_versions():
    text = (DOCKER / "odoo/requirements.txt").read_text()
    ours = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", text, re.M)}
    for name in ours:
        for requirement in map(Requirement, metadata.requires(name) or ()):
            if not requirement.marker or requirement.marker.evaluate({"extra": ""}):
                known = ours | FROM_IMAGE
                assert canonicalize_name(requirement.name) in known, (name, requirement)


def test_who_reads_certificates_or_the_brokers_folder_is_in_its_group():
    """docker/certificates.sh gives both to group 1883 and to nobody else."""
    for name, service in SERVERS.items():
        mounted = {volume.split(":")[0] for volume in service.get("volumes", [])}
        if mounted & {"certificates", "broker"}:
            is_its_user = service.get("user") == "1883:1883"
            assert is_its_user or service["group_add"] == ["1883"], name
    script = (DOCKER / "certificates.sh").read_text()
    assert 'chmod 2770 "$broker"' in script, "what Odoo exports is of that group, too"


def test_a_health_check_asks_what_the_image_has():
    """Of busybox (Alpine, Prometheus' base), PostgreSQL, and curl in Odoo's image."""
    programs = {
        name: s["healthcheck"]["test"][1].split()[0] for name, s in SERVERS.items()
    }
    assert programs.pop("odoo") == "curl"
    assert programs.pop("timescaledb") == "pg_isready"
    assert programs.pop("mosquitto") == "nc"
    assert set(programs.values()) == {"wget"}


def test_a_bridge_is_off_until_somebody_says_where_it_leads():
    assert "BRIDGE_ADDRESS" not in (DOCKER / "compose.yaml").read_text()
    bridge = yaml.safe_load((DOCKER / "compose.bridge.yaml").read_text())
    address = bridge["services"]["mosquitto"]["environment"]["BRIDGE_ADDRESS"]
    assert address.startswith("${BRIDGE_ADDRESS:?"), "compose refuses without it"
