"""Token buckets in the database."""

import threading
from datetime import datetime, timedelta, timezone

import psycopg2

from odoo.sql_db import connection_info_for
from odoo.tests import TransactionCase, tagged

from ..auth.limit import Bucket

NOW = datetime(2026, 1, 5, 6, 12, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestLimit(TransactionCase):
    def take(self, *buckets, after=0):
        now = NOW + timedelta(seconds=after)
        return self.env["iot.app.limit"]._take(buckets, now)

    def test_an_empty_bucket_says_how_long_it_takes_to_fill(self):
        bucket = Bucket("test user:1", 2, 0.5)
        self.assertEqual([self.take(bucket) for _ in range(3)], [0, 0, 2])
        self.assertEqual(self.take(bucket, after=1), 1)
        self.assertEqual(self.take(bucket, after=2), 0)

    def test_a_bucket_holds_no_more_than_its_capacity(self):
        bucket = Bucket("test user:2", 2, 10)
        self.take(bucket)
        waits = [self.take(bucket, after=3600) for _ in range(3)]
        self.assertEqual(waits[:2], [0, 0])
        self.assertGreater(waits[2], 0)

    def test_hammering_on_does_not_put_off_the_end(self):
        bucket = Bucket("test user:3", 1, 1)
        self.take(bucket)
        for _time in range(20):
            self.take(bucket)
        self.assertEqual(self.take(bucket, after=1), 0)

    def test_the_longest_wait_of_all_buckets_counts(self):
        full, empty = Bucket("a", 5, 1), Bucket("b", 1, 0.1)
        self.assertEqual(self.take(full, empty), 0)
        self.assertAlmostEqual(self.take(full, empty), 10)

    def test_a_clock_that_is_set_back_gives_nothing_and_takes_nothing(self):
        bucket = Bucket("test user:4", 1, 1)
        self.take(bucket, after=100)
        self.assertEqual(self.take(bucket, after=0), 1)
        self.assertEqual(self.take(bucket, after=101), 0)

    def test_all_workers_together_get_no_more_than_one_would(self):
        """Real connections, side by side, as of so many processes."""
        _name, dsn = connection_info_for(self.env.cr.dbname)
        bucket, let_through = Bucket("test:workers", 40, 0.0001), []
        self.addCleanup(self._forget, dsn, bucket.key)

        def work():
            connection = psycopg2.connect(**dsn)
            connection.autocommit = True
            with connection.cursor() as cr:
                model = self.env["iot.app.limit"].browse()
                limit = type(model)
                env = type("Env", (), {"cr": _Cursor(cr)})
                for _time in range(20):
                    wait = limit._take(type("Self", (), {"env": env}), [bucket])
                    let_through.append(wait == 0)
            connection.close()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual((len(let_through), sum(let_through)), (80, 40))

    def _forget(self, dsn, key):
        connection = psycopg2.connect(**dsn)
        with connection, connection.cursor() as cr:
            cr.execute("DELETE FROM iot_app_limit WHERE key = %s", (key,))
        connection.close()


class _Cursor:
    """Takes Odoo's SQL objects, on a connection that is not Odoo's."""

    def __init__(self, cr):
        self._cr = cr
        self.fetchall = cr.fetchall

    def execute(self, query):
        self._cr.execute(query.code, query.params)
