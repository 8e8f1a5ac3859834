"""The add-on is upgraded, or uninstalled, while its listener works."""

import configparser
import os
import shutil
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import make_dsn
from stack.settings import TIMESERIES_DB, write_private
from stack.test_addons import copy_databases

from tests.conftest import wait_until
from tests.support.device import forget_session
from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more
from tests.support.odoo import Odoo
from tests.support.servers import OdooHost, run_odoo, stack

RELOADED = "Reloading the model registry after database signaling"
STEPPED_DOWN = "No longer listening for database"
ADDON = "smartdairy_iot"


def test_an_upgrade_is_not_held_up_is_noticed_and_loses_nothing(
    host, devices, timescale, dice
):
    (listener,) = host.wait_for_listeners()
    upgrade = f"-u {ADDON} --stop-after-init --no-http".split()
    with Load(*devices) as load:
        for _ in range(2):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            seen = host.log.count(RELOADED)
            run_odoo(stack().odoo_conf, *upgrade)
            wait_until(lambda n=seen: host.log.count(RELOADED) > n, "it is noticed")
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
    assert host.wait_for_listeners() == [listener], "the same server goes on"


def test_uninstalling_ends_the_listener_and_installing_starts_it_again(
    copied, timescale
):
    device = copied.device
    copied.start(mqtt_client_id="copied")
    (process,) = copied.wait_for_listeners()
    with Load(device) as load:
        wait_until(lambda: copied.count(device), "the copy listens, too")
        copied.run_module_command("uninstall")
        wait_until(lambda: STEPPED_DOWN in copied.log, "it steps down")
        assert not copied.listeners()
        assert copied.answers(), "the server lives"
        copied.run_module_command("install")
        copied.wait_for_listeners()
        copied.register(device)
        wait_until(lambda: copied.count(device, in_odoo=True), "it stores again")
    assert copied.wait_for_listeners() == [process], "all the time the same server"
    expect_exactly_what_was_acked(timescale, load)


class CopiedHost(OdooHost):
    """A server of a copied Odoo database, with a time-series database of its own."""

    def __init__(self, device):
        self.device = device  # that it knows, too
        self.database = f"{os.environ['ODOO_DB']}_copy"
        self.timeseries = f"{TIMESERIES_DB}_{self.database}"
        super().__init__("copied", stack().folder / "copied.conf")
        copy_databases(self.server, self.database)
        self.server.write_configuration(self.conf, self.database, self.timeseries)

    def run_module_command(self, command):
        """What an administrator does from a shell. The command line is needed: Odoo's
        screens refuse to uninstall what the server loads itself."""
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(self.conf)
        parser["options"]["server_wide_modules"] = "base,web"
        conf = self.conf.with_suffix(".shell")
        write_private(conf, "")
        with conf.open("w") as file:
            parser.write(file)
        run_odoo(conf, "module", command, ADDON)

    def register(self, device):
        login, password = os.environ["ODOO_LOGIN"], os.environ["ODOO_PASSWORD"]
        odoo = Odoo(self.url, self.database, login, password)
        farm = odoo.create("farm.farm", {"name": "Farm", "tz": "UTC"})
        values = {"name": device.id, "device_id": device.id, "farm_id": farm}
        values |= {"device_type": "temperature", "state": "active"}
        odoo.create("iot.device", values)

    def count(self, device, in_odoo=False):
        """Rows of that device, in the time-series database or in Odoo's own."""
        database = self.database if in_odoo else self.timeseries
        query = "SELECT count(*) FROM temperature_readings WHERE device_id = %s"
        dsn = make_dsn(os.environ["PG_DSN"], dbname=database)
        with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cr:
            cr.execute(query, [device.id])
            return cr.fetchone()[0]

    def remove(self):
        self.stop()
        forget_session(f"copied-{self.database}-0")
        for database in (self.database, self.timeseries):
            self.server.postgres.drop(database)
        shutil.rmtree(self.server.stack.folder / "odoo" / "filestore" / self.database)


@pytest.fixture
def copied(host, make_device):
    """Not started yet. Nobody may use a database that is copied: Odoo stops for it."""
    device = make_device()
    host.stop()
    copied = CopiedHost(device)
    host.start()
    host.wait_for_listeners()
    yield copied
    copied.remove()
