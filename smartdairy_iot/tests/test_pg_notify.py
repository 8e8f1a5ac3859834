from unittest.mock import patch

from odoo import sql_db
from odoo.tests import tagged

from .. import pg_notify
from .common import IotCase
from .listening import listening


@tagged("post_install", "-at_install")
class TestPgNotify(IotCase):
    """Who waits for a notice waits for no new connection."""

    def send(self, text):
        """On the bus, as after a commit."""
        self.env.cr.postcommit.clear()
        self.farm._bus_send("smartdairy_iot/test", {"text": text})
        self.env.cr.flush()
        self.env.cr.postcommit.run()

    def own(self, notices):
        name = f'["{self.env.cr.dbname}","farm.farm",{self.farm.id}]'
        return [notice for notice in notices if name in notice.payload]

    def test_websockets_are_told_of_each_message_by_one_connection(self):
        with listening("imbus") as heard:
            self.send("first")
            self.assertEqual(len(self.own(heard())), 1)
            self.send("second")
            first, second = self.own(heard())
        self.assertEqual(first.pid, second.pid)

    def test_when_all_connections_are_in_use_another_one_is_opened(self):
        with (
            patch.object(pg_notify, "_connect", side_effect=sql_db.PoolError("full")),
            listening("imbus") as heard,
        ):
            self.send("first")
            self.assertEqual(len(self.own(heard())), 1)

    def test_after_a_restart_of_postgresql_the_next_notice_is_heard(self):
        self.send("first")
        with sql_db.db_connect("postgres").cursor() as cr:
            cr.execute(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                " WHERE datname = 'postgres' AND usename = current_user"
                " AND query LIKE '%%pg_notify%%' AND pid <> pg_backend_pid()"
            )
        with listening("imbus") as heard:
            self.send("second")
            self.assertEqual(len(self.own(heard())), 1)
