import io
import json
import logging
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged

from ..settings import Settings
from ..watch.json_log import use_json
from .common import LineCase

INGEST = "odoo.addons.smartdairy_iot.ingest"


@tagged("post_install", "-at_install")
class TestJsonLog(LineCase):
    def setUp(self):
        super().setUp()
        self.written = io.StringIO()
        logger = logging.getLogger(INGEST)
        handler = logging.StreamHandler(self.written)
        before = (logger.level, logger.propagate, logger.handlers)

        def become(level, propagate, handlers):
            logger.setLevel(level)
            logger.propagate, logger.handlers = propagate, handlers

        self.addCleanup(become, *before)
        become(logging.DEBUG, False, [handler])
        use_json(logger)

    def lines(self, words):
        told = [json.loads(line) for line in self.written.getvalue().splitlines()]
        return [line for line in told if words in line["message"]]

    def test_each_flush_is_a_line_with_its_batch_and_its_devices(self):
        self.publish({"temperature": 3.8})
        self.run_line()
        self.publish({"temperature": 3.9})
        self.run_line()
        first, second = self.lines("Stored batch")
        self.assertEqual(first["devices"], ["TEST-1"])
        self.assertNotEqual(first["batch"], second["batch"])

    def test_a_message_that_is_refused_is_a_line_with_its_device_and_its_reason(self):
        self.publish({"temperature": 9999})
        self.run_line()
        (line,) = self.lines("Rejected a message")
        (flush,) = self.lines("Stored batch")
        self.assertEqual((line["device"], line["reason"]), ("TEST-1", "out_of_range"))
        self.assertEqual(line["batch"], flush["batch"])

    def test_a_batch_that_waits_for_its_database_has_the_number_it_is_stored_under(
        self,
    ):
        self.publish({"temperature": 3.8})
        store = type(self.env["iot.store"])
        away = psycopg2.OperationalError("the database is away")
        with patch.object(store, "_insert", side_effect=away):
            self.run_line()
        self.clock.now += 60
        self.run_line()
        (waits,) = self.lines("keeping it and trying again")
        (stored,) = self.lines("Stored batch")
        self.assertEqual(waits["batch"], stored["batch"])
        self.assertEqual(waits["devices"], ["TEST-1"])


class TestSecretsOfTheSettings(LineCase):
    def test_a_password_in_a_connection_string_is_a_secret_in_either_form(self):
        for dsn in ("host=a user=b password=hush", "postgresql://b:hush@a:5432/c"):
            self.assertIn("hush", Settings(timescale_dsn=dsn).secrets())
        for dsn, secret in (
            ("host=db password=ab@cd dbname=iot", "ab@cd"),
            ("host=db password = hush dbname=iot", "hush"),
            ("host=db password='two words' dbname=iot", "two words"),
            ("postgresql://iot:p%40ss@db/iot", "p@ss"),
            ("postgresql://db/iot?user=iot&password=p%40ss", "p%40ss"),
        ):
            self.assertIn(secret, Settings(timescale_dsn=dsn).secrets())
        self.assertIn("quiet", Settings(mqtt_password="quiet").secrets())
