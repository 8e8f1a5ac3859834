"""Names that people, devices and files choose: as part of a path, a header, a log."""

from datetime import datetime
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.osutil import clean_filename

from ..ingest.topic import alert_topic, user_topic
from ..models import iot_threshold_evaluation
from ..onboarding.export import to_csv
from ..readings.sheet import to_xlsx
from .common import IotCase

FORGED = "x\n2026-01-05 06:00:00,000 1 ERROR db: \x1b[31mforged"
WAYS_OUT = (
    "../odoo.conf",
    "/etc/passwd",
    "a/../../b",
    "..",
    ".ssh",
    "a\\..\\b",
    "a\nb",
)


@tagged("post_install", "-at_install")
class TestAttackNames(IotCase):
    def test_the_name_of_an_archive_leads_nowhere_else(self):
        for name in WAYS_OUT:
            with (
                self.subTest(name),
                mute_logger("odoo.sql_db"),
                self.assertRaises(psycopg2.errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.env["iot.archive"].create(
                    {
                        "table_name": "temperature_readings",
                        "file_name": name,
                        "date_from": datetime(2025, 1, 1),
                        "date_to": datetime(2025, 1, 2),
                    }
                )

    def test_nobody_gives_an_archive_another_name(self):
        for login in ("viewer", "manager"):
            group = {"viewer": "user"}.get(login, login)
            user = self.make_user(login, f"smartdairy_iot.group_iot_{group}")
            archives = self.env["iot.archive"].with_user(user)
            for right in ("write", "create", "unlink"):
                self.assertFalse(archives.has_access(right), f"{login} {right}")

    def test_a_name_with_a_line_break_begins_no_line_of_the_log(self):
        rule = self.env["iot.threshold"].search([], limit=1)
        rule.name = FORGED
        with patch.object(iot_threshold_evaluation, "_logger") as logger:
            rule._failed(ValueError(FORGED))
        text, *values = logger.error.call_args.args
        line = text % tuple(values)
        self.assertIn("forged", line)
        self.assertNotIn("\n", line)
        self.assertNotIn("\x1b", line)

    def test_a_name_in_a_topic_is_one_level_and_no_wildcard(self):
        for name in ("+", "#", "a/b", "a\x00b", "a\nb", "%2F"):
            for topic in (alert_topic(name, name), user_topic(name, "alerts")):
                self.assertEqual(topic.count("/"), 3, topic)
                self.assertFalse(set("+#\x00\n") & set(topic), topic)

    def test_a_device_id_is_part_of_a_topic_and_of_an_address_as_it_is(self):
        for name in ("+", "#", "a/b", "../x", "a\x00b", "a\nb", "a b", "%2F", "é", ""):
            with self.subTest(name), self.assertRaises(Exception):  # noqa: B017
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    self.make_device(name)

    def test_what_a_device_is_called_is_no_formula_of_a_spreadsheet(self):
        evil = "=HYPERLINK(1)"
        self.assertNotIn(b"\n=", to_csv([["a"], [evil]]))
        self.assertIn(b"PK", to_xlsx("../../x", ["a"], [[evil]])[:2])

    def test_the_name_of_a_file_that_is_sent_is_no_path_and_no_header(self):
        """Firmware and exports go through ``clean_filename``."""
        for name in (*WAYS_OUT, 'a";filename=b', "a\r\nX-Injected: 1"):
            self.assertFalse(set('/\\\r\n"') & set(clean_filename(name)), name)
