"""An installation of the first release, with its readings, is upgraded under load.

The release is taken from this repository's history and installed as it was.
"""

import configparser
import os
import shutil
import subprocess
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import make_dsn
from stack.odoo_server import installable
from stack.odoo_source import locate
from stack.settings import write_private

from tests.conftest import REPO
from tests.faults.conftest import dice, host  # noqa: F401
from tests.support.device import forget_session
from tests.support.faults import LastingQuery
from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more
from tests.support.odoo import Odoo
from tests.support.registering import wait_until_known
from tests.support.servers import OdooHost, run_odoo, stack

FIRST = "0a02a3b0e628e1838d1b097ac8cfafff0efdde71"  # the last of 19.0.1.0.0
ADDONS = ["smartdairy_iot", "smartdairy_iot_timescale"]
DATABASE, TIMESERIES = "first_release", "first_release_iot"
VERSIONS = "SELECT max(number) FROM schema_version"
ROWS = "SELECT time, temperature_celsius FROM temperature_readings ORDER BY 1"


class FirstRelease(OdooHost):
    """A server with databases of its own, of the old add-ons and then of ours."""

    def __init__(self, folder):
        super().__init__("first", stack().folder / "first.conf")
        self.postgres = self.server.postgres
        self.old = folder / "first"
        git = ["git", "-c", f"safe.directory={REPO}", "-C", REPO]
        done = subprocess.run([*git, "archive", FIRST, *ADDONS], capture_output=True)
        if done.returncode:
            pytest.skip("this checkout has no history: the first release is not in it")
        self.old.mkdir()
        subprocess.run(["tar", "-x", "-C", self.old], input=done.stdout, check=True)
        self.postgres.prepare_odoo(DATABASE)
        self.postgres.prepare_timeseries(TIMESERIES)
        self.dsn = make_dsn(os.environ["PG_DSN"], dbname=TIMESERIES)

    def configure(self, ours):
        """Odoo's configuration, with the add-ons of one of the two releases."""
        self.server.write_configuration(self.conf, DATABASE, TIMESERIES)
        parser = configparser.ConfigParser(interpolation=None)
        parser.read(self.conf)
        folders = [*locate().addons, ours or self.old]
        parser["options"]["addons_path"] = ",".join(map(str, folders))
        if not ours:  # a later add-on is not there to be loaded
            parser["options"]["server_wide_modules"] = f"base,rpc,web,{ADDONS[0]}"
        write_private(self.conf, "")
        with self.conf.open("w") as file:
            parser.write(file)

    def run(self, *arguments):
        options = [*arguments, "--stop-after-init", "--no-http"]
        run_odoo(self.conf, *options, seconds=600)  # all of Odoo is installed

    def register(self, devices):
        """In a database in which nothing but the installation has been done."""
        odoo = Odoo(self.url, DATABASE, "admin", "admin")
        farm = odoo.create("farm.farm", {"name": "First", "tz": "UTC"})
        for device in devices:
            values = {"name": device.id, "device_id": device.id, "farm_id": farm}
            values |= {"device_type": device.type, "state": "active"}
            odoo.create("iot.device", values)
        for device in devices:  # what comes before it knows them was lost then
            wait_until_known(odoo, device)

    def version(self):
        """The main add-on's, as the database has it."""
        dsn = make_dsn(os.environ["PG_DSN"], dbname=DATABASE)
        query = "SELECT latest_version FROM ir_module_module WHERE name = %s"
        with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cr:
            cr.execute(query, [ADDONS[0]])
            return cr.fetchone()[0]

    def remove(self):
        self.stop()
        forget_session(f"first-{DATABASE}-0")
        for database in (DATABASE, TIMESERIES):
            self.postgres.drop(database)
        files = self.server.stack.folder / "odoo" / "filestore" / DATABASE
        shutil.rmtree(files, ignore_errors=True)


@pytest.fixture
def first(host, tmp_path):  # noqa: F811
    host.stop()  # its listener would judge the same messages, and two are slow
    first = FirstRelease(tmp_path)
    yield first
    first.remove()


def test_the_first_release_is_upgraded_and_no_reading_is_lost(first, make_device, dice):  # noqa: F811
    """Odoo is away while its tables change; the broker keeps what comes meanwhile."""
    devices = [make_device(register=False) for _ in range(2)]
    first.configure(ours=None)
    first.run("-i", ",".join(ADDONS))
    assert first.version().endswith("19.0.1.0.0")
    first.start(mqtt_client_id="first")
    first.wait_for_listeners()
    first.register(devices)
    with LastingQuery(first.dsn) as query, Load(*devices) as load:
        wait_for_more(query, load, rows=2000)
        assert query(VERSIONS) == [(1,)], "the tables of the first release"
        first.stop()
        before = query(ROWS)
        load.wait_for(dice.randint(100, 500))
        first.configure(ours=REPO)
        first.run("-u", ",".join(installable()))
        assert query(VERSIONS)[0][0] >= 7, "the migrations have run"
        assert query(ROWS)[: len(before)] == before, "as they were, every one"
        first.start(mqtt_client_id="first")
        first.wait_for_listeners()
        wait_for_more(query, load, rows=500)
    with LastingQuery(first.dsn) as query:
        expect_exactly_what_was_acked(query, load, seconds=60)
    assert not first.version().endswith("19.0.1.0.0")
