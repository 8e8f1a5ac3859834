from datetime import timedelta

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.tests import tagged

from ..ingest.message import Fault
from .sensor_reading import NOON, SensorReadingCase


@tagged("post_install", "-at_install")
class TestSensorReadingAccess(SensorReadingCase):
    """Tried from the wrong side."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "smartdairy_iot.group_iot_user"
        cls.user = cls.make_user("reader", group)
        cls.other = cls.make_user("other reader", group, "base.group_allow_export")
        cls.farm.user_ids = cls.user

    def setUp(self):
        super().setUp()
        self.put_minutes(self.tank, 3)
        self.reading = self.find(limit=1)
        self.domain = [("device_id", "=", self.tank.id)]

    def as_user(self, user):
        self.env.invalidate_all()
        return self.readings.with_user(user)

    def test_a_user_reads_those_of_the_farms_they_may_see(self):
        readings = self.as_user(self.user)
        self.assertEqual(readings.search_count(self.domain), 3)
        self.assertEqual(readings.browse(self.reading.id).value, 2.0)

    def test_nobody_of_another_farm_finds_counts_groups_or_reads_them(self):
        readings = self.as_user(self.other)
        for domain in (
            self.domain,
            [("device_id.device_id", "=", self.tank.device_id)],
            ["|", ("value", "<", -500), *self.domain],
            [("id", "in", self.reading.ids)],
            [("farm_id", "=", self.farm.id)],
        ):
            self.assertFalse(readings.search(domain).filtered_domain(self.domain))
            self.assertFalse(
                dict(readings._read_group(domain, ["device_id"], ["__count"])).get(
                    self.tank
                )
            )
        foreign = readings.browse(self.reading.id)
        for read in (
            lambda: foreign.value,
            lambda: foreign.read(["value"]),
            lambda: foreign.export_data(["value"]),
            lambda: foreign.check_access("read"),
        ):
            with self.assertRaises(AccessError):
                read()

    def test_what_was_read_before_with_other_rights_is_not_given_out(self):
        self.assertEqual(self.reading.value, 2.0)  # is in the cache
        foreign = self.reading.with_user(self.other)
        with self.assertRaises(AccessError):
            foreign.read(["value"])

    def test_nobody_of_another_company_reads_them(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.farm.company_id = company
        self.farm.user_ids = False
        self.assertFalse(self.as_user(self.user).search(self.domain))
        with self.assertRaises(AccessError):
            self.as_user(self.user).browse(self.reading.id).read(["value"])
        self.user.company_ids |= company
        readings = self.as_user(self.user).with_context(
            allowed_company_ids=self.user.company_ids.ids
        )
        self.assertEqual(readings.search_count(self.domain), 3)

    def test_employees_portal_and_public_see_nothing(self):
        for login, group in (
            ("employee", "base.group_user"),
            ("customer", "base.group_portal"),
            ("visitor", "base.group_public"),
        ):
            readings = self.as_user(self.make_user(login, group))
            for look in (
                lambda readings=readings: readings.search(self.domain),
                lambda readings=readings: readings.search_count([]),
                lambda readings=readings: readings._read_group([], [], ["__count"]),
                lambda readings=readings: readings.browse(self.reading.id).read(),
                lambda readings=readings: readings.get_statistics(
                    self.tank.id, "temperature"
                ),
                lambda readings=readings: readings.get_latest_readings(self.tank.id),
            ):
                with self.assertRaises(AccessError):
                    look()

    def test_a_rule_of_the_administrators_own_is_kept(self):
        self.env["ir.rule"].create(
            {
                "name": "Nothing that is colder than one degree",
                "model_id": self.env["ir.model"]._get_id("iot.sensor.reading"),
                "domain_force": "[('value', '>=', 1),"
                " ('device_id.state', '=', 'active')]",
            }
        )
        readings = self.as_user(self.user)
        self.assertEqual(readings.search(self.domain).mapped("value"), [2.0, 1.0])
        self.tank.state = "inactive"
        self.assertFalse(self.as_user(self.user).search(self.domain))

    def test_nobody_creates_changes_or_deletes_them(self):
        manager = self.make_user("chief", "smartdairy_iot.group_iot_manager")
        for user in (self.user, manager, self.env.ref("base.user_root")):
            readings = self.as_user(user)
            for change in (
                lambda readings=readings: readings.create({"value": 1.0}),
                lambda readings=readings: readings.browse(self.reading.id).write(
                    {"value": 1.0}
                ),
                lambda readings=readings: readings.browse(self.reading.id).unlink(),
                lambda readings=readings: readings.browse(self.reading.id).copy(),
            ):
                with self.assertRaisesRegex(UserError, "what devices have sent"):
                    change()

    # The specification's methods -----------------------------------------------------

    def test_the_latest_are_of_the_types_asked_for_and_newest_first(self):
        later = NOON + timedelta(hours=1)
        self.put(self.tank, (later, {"temperature": 9.0, "humidity": 50.0}))
        readings = self.as_user(self.user)
        found = readings.get_latest_readings(self.tank.id, ["temperature"], 2)
        self.assertEqual(found.mapped("value"), [9.0, 2.0])
        self.assertEqual(len(readings.get_latest_readings(self.tank.id)), 5)

    def test_statistics_are_of_a_span_with_both_ends(self):
        self.put_minutes(self.tank, 5)
        self.put(
            self.tank,
            (NOON + timedelta(seconds=30), {"temperature": 85.0}),
            faults={"temperature": Fault.PROBE_ERROR},
        )
        start = NOON.replace(tzinfo=None)
        found = self.as_user(self.user).get_statistics(
            self.tank.id, "temperature", start, str(start + timedelta(minutes=3))
        )
        self.assertEqual(
            found,
            {
                "avg_value": 1.5,
                "min_value": 0.0,
                "max_value": 3.0,
                "stddev_value": 1.291,
                "count": 4,
            },
        )

    def test_statistics_of_nothing_have_no_values(self):
        found = self.readings.get_statistics(self.tank.id, "ph")
        self.assertEqual(found.pop("count"), 0)
        self.assertEqual(set(found.values()), {None})

    def test_a_wrong_question_gets_a_clear_answer(self):
        ask, latest = self.readings.get_statistics, self.readings.get_latest_readings
        tank = self.tank.id
        noon, later = "2026-01-05 12:00:00", "2026-01-05 13:00:00"
        for error, words, question in (
            (UserError, "“heat” is no reading type", lambda: ask(tank, "heat")),
            (UserError, "no reading type", lambda: latest(tank, ["temperature", "x"])),
            (UserError, "is no date", lambda: ask(tank, "ph", "yesterday")),
            (UserError, "is no date", lambda: ask(tank, "ph", 7)),
            (UserError, "is after the end", lambda: ask(tank, "ph", later, noon)),
            (UserError, "1 or more", lambda: latest(tank, None, 0)),
            (MissingError, "no device with the id", lambda: ask(2**31 - 1, "ph")),
            (MissingError, "no device with the id TEST-1", lambda: ask("TEST-1", "ph")),
        ):
            with self.subTest(words=words), self.assertRaisesRegex(error, words):
                question()

    def test_those_of_a_hidden_device_are_refused(self):
        readings = self.as_user(self.other)
        with self.assertRaises(AccessError):
            readings.get_statistics(self.tank.id, "temperature")
        with self.assertRaises(AccessError):
            readings.get_latest_readings(self.tank.id)
