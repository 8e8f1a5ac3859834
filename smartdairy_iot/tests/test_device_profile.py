import json
from contextlib import contextmanager
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..ingest.decode import decode
from ..ingest.device import Checks
from ..ingest.message import Message
from .common import NOW
from .profile import ProfileCase


@tagged("post_install", "-at_install")
class TestDeviceProfile(ProfileCase):
    @contextmanager
    def assert_forgotten(self):
        with patch.object(
            type(self.env["iot.device"]), "_forget_listener_map"
        ) as forgot:
            yield
        self.assertTrue(forgot.called)

    def test_a_line_that_cannot_work_is_refused_and_named(self):
        with self.refused(r"Mine: line 2, a\.\.b"):
            self.make(("t", "temperature"), ("a..b", "humidity"))
        with self.refused("furlong"):
            self.make({"expression": "t", "target": "temperature", "unit": "furlong"})
        profile = self.make(("t", "temperature"))
        with self.refused("no function frob"):
            profile.field_ids.expression = "frob(t)"
        with self.refused("records, "):
            profile.records = "[["
        with self.refused("furlong"):
            self.make(unit="furlong")

    def test_a_topic_that_cannot_work_is_refused(self):
        for topic in ("smartdairy/x/{device}", "a/x{device}", "#"):
            with self.assertRaises(ValidationError):
                self.make(("t", "temperature"), topic=topic)
        with self.refused("no mapping"):
            self.make(topic="vendor/{device}")

    def test_two_profiles_do_not_listen_on_the_same_topics(self):
        first = self.make(("t", "temperature"), topic="vendor/{device}/up")
        line = ("t", "temperature")
        with self.refused("Mine already listens on some of vendor"):
            self.make(line, name="Other", topic="vendor/+/up", device_expression="id")
        second = self.make(line, topic="vendor/{device}/down")
        with self.refused("name more of the topic"):
            second.topic = "vendor/1/{device}"
        first.active = False
        second.topic = "vendor/+/up"
        with self.assertRaises(ValidationError):
            first.active = True

    def test_a_profile_that_is_archived_goes_on_listening_for_its_devices(self):
        profile = self.make(("t", "temperature"), topic="vendor/{device}/up")
        self.make_device("V-1", profile_id=profile.id)
        profile.active = False
        fleet = self.env["iot.device"]._get_listener_map()
        raw = json.dumps({"t": 3.8}).encode()
        (sample,) = decode(Message("vendor/V-1/up", raw, NOW), fleet).samples
        self.assertEqual(sample.values, {"temperature": 3.8})
        with self.refused("Mine already listens"):
            self.make(("t", "temperature"), topic="vendor/+/#", device_expression="i")

    def test_the_name_of_another_companys_profile_is_not_told(self):
        company = self.env["res.company"].create({"name": "Other Dairy"})
        line = ("t", "temperature")
        self.make(line, name="Secret", topic="vendor/{device}", company_id=company.id)
        manager = self.make_user("one-company", "smartdairy_iot.group_iot_manager")
        ours = self.make(line, company_id=self.env.company.id).with_user(manager)
        with self.refused("A profile of another company already listens"):
            ours.topic = "vendor/+"

    def test_a_copy_has_the_lines_and_no_topic(self):
        profile = self.make(("t", "temperature"), topic="vendor/{device}")
        copy = profile.copy()
        self.assertEqual(copy.name, "Mine (copy)")
        self.assertFalse(copy.topic)
        self.assertEqual(copy.field_ids.expression, "t")

    def test_error_values_are_numbers(self):
        self.assertEqual(
            self.make(error_values=" 85,-127.0 ,")._to_checks(),
            Checks(frozenset({85.0, -127.0}), 24 * 3600, 0.0),
        )
        self.assertFalse(self.make(error_values=False)._to_checks().error_values)
        for text in ("85; -127", "nan", "85 °C"):
            with self.refused("is no number"):
                self.make(error_values=text)

    def test_the_listener_forgets_its_map_when_a_profile_or_line_changes(self):
        with self.assert_forgotten():
            profile = self.make(("t", "temperature"))
        with self.assert_forgotten():
            profile.stuck_after_hours = 1
        with self.assert_forgotten():
            profile.field_ids.unit = "°F"
        with self.assert_forgotten():
            profile.field_ids.unlink()
        with self.assert_forgotten():
            profile.unlink()

    def test_the_listener_learns_what_a_profile_says(self):
        profile = self.make(("t", "temperature"), topic="vendor/{device}")
        route = profile._to_route()
        self.assertEqual(
            (route.profile_id, route.device_type), (profile.id, "temperature")
        )
        self.assertEqual(route.template.filter, "vendor/+")
        self.assertEqual(route.mapping.apply({"t": 1}), [(None, {"temperature": 1})])
        plain = self.make(unit="°F")
        self.assertIsNone(plain._to_mapping())
        self.assertIsNone(plain._to_route())
        self.assertEqual(plain._to_units(), {"temperature": "°F"})

    def test_what_is_stored_and_cannot_work_is_skipped_and_never_raises(self):
        profile = self.make(("t", "temperature"), topic="vendor/{device}")
        self.env.flush_all()
        # Raw SQL: what no constraint would let in.
        self.env.cr.execute(
            "UPDATE iot_device_profile SET topic = '#', error_values = 'x' "
            "WHERE id = %s",
            [profile.id],
        )
        self.env.invalidate_all()
        with mute_logger("odoo.addons.smartdairy_iot.models.iot_device_profile"):
            self.assertIsNone(profile._to_route())
            self.assertEqual(profile._to_checks().error_values, Checks().error_values)
            self.env.cr.execute(
                "UPDATE iot_device_profile SET records = '[[' WHERE id = %s",
                [profile.id],
            )
            self.env.invalidate_all()
            self.assertIsNone(profile._to_mapping())
            self.assertIsNone(profile._to_route())

    def test_a_user_reads_profiles_and_an_administrator_changes_them(self):
        profile = self.make(("temp", "temperature"), sample_payload='{"temp": 1}')
        user = self.make_user("reader", "smartdairy_iot.group_iot_user")
        manager = self.make_user("changer", "smartdairy_iot.group_iot_manager")
        self.assertIn("1 °C", profile.with_user(user).sample_result)
        with self.assertRaises(AccessError):
            profile.with_user(user).note = "x"
        with self.assertRaises(AccessError):
            profile.field_ids.with_user(user).unit = "°F"
        with self.assertRaises(AccessError):
            profile.with_user(user).action_suggest_fields()
        profile.with_user(manager).note = "x"
        self.env["iot.device.profile"].with_user(manager).create({"name": "Another"})
