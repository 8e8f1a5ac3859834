"""What is secret in odoo.conf leaves the machine in nothing."""

import tarfile

import pytest
from reference.settings_table import declaration

from doctor import bundle, replica, store
from doctor.configuration import Configuration, check

CONF = """
[options]
db_name = dairy
db_host = db.example
db_password = pw-of-the-database
admin_passwd = pw-of-the-master
server_wide_modules = base,rpc,web,smartdairy_iot

[smartdairy_iot]
mqtt_key = /etc/keys/odoo.key
mqtt_ca = /etc/keys/ca.crt
mqtt_cert = /etc/keys/odoo.crt
timescale_dsn = postgresql://iot:pw-of-the-store@store.example/iot
webhook_secret = 0123456789abcdef0123456789abcdef
"""
SECRETS = {"pw-of-the-database", "pw-of-the-master", "pw-of-the-store"}


@pytest.fixture
def make(tmp_path):
    def make(text=CONF, **options):
        path = tmp_path / "odoo.conf"
        path.write_text(text, encoding="utf-8")
        path.chmod(0o600)
        return Configuration.read(path, declaration(), **options)

    return make


def test_each_secret_is_found_and_none_is_shown(make):
    found = make()
    assert found.secrets() >= SECRETS | {"0123456789abcdef0123456789abcdef"}
    shown = found.redacted()
    assert not [secret for secret in found.secrets() if secret in shown]
    assert "store.example" in shown and "/etc/keys/odoo.key" in shown


def test_a_dsn_of_keywords_keeps_all_but_its_password(make):
    text = CONF.replace(
        "postgresql://iot:pw-of-the-store@store.example/iot",
        "host=store.example password='two words' user=iot",
    )
    assert "two words" not in make(text).redacted()
    assert "user=iot" in make(text).redacted()


@pytest.mark.parametrize("word", ["ab@cd-ef", "= ab-cd-ef", "ab=cd-ef"])
def test_a_password_is_found_as_postgresql_reads_it(make, word):
    dsn = f"host=store.example password={word} user=iot"
    text = CONF.replace("postgresql://iot:pw-of-the-store@store.example/iot", dsn)
    found = make(text.replace("password== ", "password = "))
    assert word.removeprefix("= ") in found.secrets()
    assert "cd-ef" not in found.redacted()


def test_what_is_no_connection_string_is_quoted_nowhere(make):
    dsn = "host=store.example password=two-words of-mine user=iot"
    config = make(f"{CONF}\ntimescale_replica_dsn = {dsn}")
    findings = [*store.check(dsn, {})[0], *replica.check(config.settings, True)]
    assert {finding.state for finding in findings} == {"failure", "warning"}
    told = "".join(f.text + f.remedy for f in findings) + config.redacted()
    assert "no connection string" in told
    assert "two-words" not in told and "of-mine" not in told


def test_a_bundle_is_its_owners_and_holds_no_secret_of_the_log(
    make, tmp_path, monkeypatch
):
    log = tmp_path / "odoo.log"
    log.write_text("FATAL: pw-of-the-store is wrong\n" * 3, encoding="utf-8")
    monkeypatch.setenv("ODOO_LOG", str(log))
    path = bundle.write(tmp_path, make(), "all is well: pw-of-the-master", {})
    assert path.stat().st_mode & 0o777 == 0o600
    with tarfile.open(path) as tar:
        texts = {m.name: tar.extractfile(m).read().decode() for m in tar.getmembers()}
    assert {name.rpartition("/")[2] for name in texts} == {
        *("report.txt", "facts.json", "configuration.txt", "odoo.log")
    }
    everything = "".join(texts.values())
    assert "is wrong" in everything
    assert not [secret for secret in make().secrets() if secret in everything]


def test_a_file_that_is_none_or_names_no_database_is_refused_with_the_reason(
    make, tmp_path
):
    with pytest.raises(ValueError, match="cannot be read"):
        Configuration.read(tmp_path / "none.conf", declaration())
    with pytest.raises(ValueError, match="is no configuration"):
        make("no section here")
    with pytest.raises(ValueError, match="give --database"):
        make("[options]\ndb_host = x\n")
    assert make("[options]\n", database="dairy").database == "dairy"


def test_a_server_that_does_not_listen_and_a_readable_file_are_told(make):
    found = make(
        CONF.replace(",smartdairy_iot\n", "\n").replace("pw-of-the-master", "admin")
    )
    found.path.chmod(0o644)
    states = [finding.state for finding in check(found)]
    assert states == ["failure", "warning", "warning"]
