"""A disaster, rehearsed: what was backed up under load is all there on new servers."""

import os
import time

import pytest
from stack import down, survival
from stack.console import StackError
from stack.settings import TIMESERIES_DB, Stack

from tests.conftest import wait_until
from tests.faults.conftest import devices, dice, host, timescale  # noqa: F401
from tests.support.device import Device
from tests.support.faults import LastingQuery
from tests.support.load import Load, compare, instants_of, wait_for_more
from tests.support.odoo import Odoo, run_job
from tests.support.servers import stack

SEAL, EXPORT = "ir_cron_seal_ledger", "ir_cron_export_credentials"
ROWS = "SELECT count(*) FROM temperature_readings WHERE device_id = %s"


@pytest.fixture
def elsewhere(monkeypatch):
    """Another stack, in a folder of this one; its broker and store are then meant."""
    name = f"{stack().name}/restored"
    down.remove(Stack(name))

    def restore(source, passphrase=None):
        restored = survival.load(name, source, passphrase)
        env = restored.read_env()
        for key in ("MQTT_TLS_PORT", "MQTT_CA", "MQTT_CERT_DIR", "TIMESCALE_DSN"):
            monkeypatch.setenv(key, env[key])
        return env

    yield restore
    down.remove(Stack(name))


def test_a_backup_under_load_is_restored_into_an_empty_folder(
    host,  # noqa: F811
    devices,  # noqa: F811
    timescale,  # noqa: F811
    dice,  # noqa: F811
    make_device,
    odoo,
    farm,
    elsewhere,
    tmp_path,
    capsys,
):
    warm = make_device()
    alert = breach(warm, odoo)
    seal(odoo, farm)
    key = tmp_path / "passphrase"
    key.write_text("a long enough passphrase of the rehearsal")
    with Load(*devices) as load:
        wait_for_more(timescale, load)
        load.wait_for(dice.randint(100, 500))
        acked = {device: len(device.acked) for device in devices}
        wait_until(lambda: stored_of(timescale, load, acked), "they are stored")
        about = survival.save(stack(), tmp_path / "backup", key)
    assert about["apart_ms"] < 5000, "of one moment"
    for device in (warm, *devices):
        device.close()
    host.stop()  # the old servers are gone, as far as anybody can tell

    began = time.monotonic()
    env = elsewhere(tmp_path / "backup", key)
    took = time.monotonic() - began
    with capsys.disabled():
        print(f"\nbacked up in {sum(about['seconds'].values()):.1f} s, {took:.1f} s to")
        print(f"restore and start, of it Odoo; the databases: {about['apart_ms']} ms")
    expect_what_was_acked_before(load, acked)
    expect_it_works(env, warm, alert, farm)


def stored_of(timescale, load, acked):  # noqa: F811
    """Whether what each device had acknowledged by then is stored."""
    for device, count in acked.items():
        table = load.table_of(device)
        query = f"SELECT 1 FROM {table} WHERE device_id = %s AND time = %s"
        if not timescale(query, device.id, instants_of(device.acked[:count])[-1]):
            return False
    return True


def expect_what_was_acked_before(load, acked):
    """Nothing of it is lost, nothing doubled, and nothing there that nobody sent."""
    query = LastingQuery()
    found = compare(query, load, seconds=1)
    query.close()
    kept = {
        (device.id, at)
        for device, count in acked.items()
        for at in instants_of(device.acked[:count])
    }
    assert not kept.intersection(found.lost), "stored before the backup"
    assert not found.foreign
    assert not found.doubled


def expect_it_works(env, device, alert, farm):
    """Records, the ledger, a device with the certificate that it had, a new alert."""
    login = env["ODOO_LOGIN"], env["ODOO_PASSWORD"]
    restored = Odoo(env["ODOO_URL"], env["ODOO_DB"], *login)
    assert restored.search_read("iot.alert", [("id", "=", alert)], ["state"])
    days = restored.call("iot.ledger.day", "search", [("farm_id", "=", farm)])
    assert days
    restored.call("iot.ledger.day", "action_verify", days)
    found = restored.search_read("iot.ledger.day", [("id", "in", days)], ["state"])
    assert {day["state"] for day in found} == {"intact"}

    query = LastingQuery()
    again = Device(device.id, device.type)
    before = query(ROWS, device.id)[0][0]
    again.publish({"temperature": 4.0})
    wait_until(lambda: query(ROWS, device.id)[0][0] > before, "readings go on")
    again.close()
    query.close()


def breach(device, odoo):
    """The alert of a device that is too warm."""
    device.publish({"temperature": 12.0, "location_type": "storage"})
    domain = [("device_id.device_id", "=", device.id)]
    found = wait_until(
        lambda: odoo.search_read("iot.alert", domain, ["id"]), "the alert"
    )
    return found[0]["id"]


def seal(odoo, farm):
    """The scheduled action that seals yesterday, now."""
    domain = [("module", "=", "smartdairy_iot"), ("name", "=", SEAL)]
    (job,) = odoo.search_read("ir.model.data", domain, ["res_id"])
    run_job(odoo, job["res_id"])
    domain = [("farm_id", "=", farm)]
    wait_until(lambda: odoo.call("iot.ledger.day", "search", domain), "a day")


def test_a_backup_is_refused_where_something_is_in_the_way(host, tmp_path):  # noqa: F811
    """Before anything is written: the databases here are those in use."""
    survival.save(stack(), tmp_path / "backup")
    with pytest.raises(StackError, match="nothing is overwritten"):
        survival.save(stack(), tmp_path / "backup")
    with pytest.raises(StackError, match="nothing is overwritten"):
        survival.load(stack().name, tmp_path / "backup")
    target = survival.target_of(stack())
    with pytest.raises(StackError, match=f"{stack().database} exists"):
        survival.restore_databases(tmp_path / "backup", target)
    assert stack().database and TIMESERIES_DB, "still there"
    assert os.stat(tmp_path / "backup" / "certificates.tar").st_mode & 0o077 == 0
