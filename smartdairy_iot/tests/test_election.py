import time

from odoo.tests import BaseCase, get_db_name, tagged

from ..ingest.election import Leadership

NUMBER = 4711  # no listener has that many others


@tagged("post_install", "-at_install")
class TestElection(BaseCase):
    def setUp(self):
        super().setUp()
        self.leader, self.standby = (Leadership(get_db_name(), NUMBER) for _ in "12")
        self.addCleanup(self.leader.release)
        self.addCleanup(self.standby.release)

    def test_one_leads_and_the_next_when_it_has_gone(self):
        self.assertTrue(self.leader.acquire())
        self.assertFalse(self.standby.acquire())
        self.assertTrue(self.leader.acquire(), "it still does")
        self.leader.release()
        deadline = time.monotonic() + 60  # PostgreSQL ends the session when it looks
        while not self.standby.acquire():
            self.assertLess(time.monotonic(), deadline)
        self.assertFalse(self.leader.acquire())

    def test_postgresql_notices_a_host_that_vanishes_in_seconds(self):
        self.leader.acquire()
        with self.leader._cursor() as cr:
            seconds = []
            for name in ("idle", "interval", "count"):
                cr.execute(f"SHOW tcp_keepalives_{name}")
                seconds.append(int(cr.fetchone()[0]))
        idle, interval, count = seconds
        self.assertTrue(0 < idle + interval * count < 5, seconds)
