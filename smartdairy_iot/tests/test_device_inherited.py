from datetime import timedelta
from importlib.util import module_from_spec, spec_from_file_location

from psycopg2 import IntegrityError

from odoo import fields
from odoo.modules.migration import load_script
from odoo.tests import Form, tagged
from odoo.tools import file_path, mute_logger

from .common import IotCase

SCRIPT = "smartdairy_iot/migrations/19.0.1.4.0/pre-device_inherited.py"


class InheritedCase(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile = cls.env["iot.device.profile"].create(
            {
                "name": "Vendor",
                "manufacturer": "Acme",
                "model": "T1",
                "location_type": "storage",
                "interval_seconds": 120,
                "offline_after": 600,
            }
        )

    def device(self, device_id="HEIR", **vals):
        vals = {"profile_id": self.profile.id, "location_type": False, **vals}
        return self.make_device(device_id, **vals)

    def values(self, device):
        names = ("manufacturer", "model", "location_type")
        times = ("interval_seconds", "offline_after")
        return tuple(device[name] for name in (*names, *times))


@tagged("post_install", "-at_install")
class TestDeviceInherited(InheritedCase):
    def test_a_device_has_what_its_profile_says(self):
        device = self.device()
        self.assertEqual(self.values(device), ("Acme", "T1", "storage", 120, 600))
        self.assertFalse(device.own_fields)

    def test_an_edit_of_the_profile_reaches_who_has_no_value_of_its_own(self):
        heir = self.device()
        other = self.device("OTHER", offline_after=900, model="T1b")
        self.profile.write(
            {
                "manufacturer": "Acme Ltd",
                "model": "T2",
                "location_type": "transport",
                "interval_seconds": 60,
                "offline_after": 300,
            }
        )
        self.assertEqual(self.values(heir), ("Acme Ltd", "T2", "transport", 60, 300))
        self.assertEqual(self.values(other), ("Acme Ltd", "T1b", "transport", 60, 900))
        self.assertEqual(other.own_fields, ["model", "offline_after"])

    def test_what_is_entered_later_is_the_devices_own(self):
        device = self.device()
        device.offline_after = 900
        self.profile.offline_after = 900  # by chance the same, then no more
        self.profile.offline_after = 1200
        self.assertEqual(device.offline_after, 900)
        self.assertEqual(device.own_fields, ["offline_after"])

    def test_entering_what_the_profile_says_is_following_it(self):
        device = self.device(offline_after=600, manufacturer="Acme")
        self.assertFalse(device.own_fields)
        self.profile.offline_after = 700
        self.assertEqual(device.offline_after, 700)

    def test_emptying_a_value_is_the_way_back(self):
        device = self.device(manufacturer="Other", offline_after=900)
        device.write({"manufacturer": False, "offline_after": 0})
        self.assertEqual(self.values(device), ("Acme", "T1", "storage", 120, 600))
        self.assertFalse(device.own_fields)

    def test_the_button_is_the_way_back_of_one_field(self):
        device = self.device(manufacturer="Other", offline_after=900)
        device.with_context(inherited_field="offline_after").action_use_profile()
        self.assertEqual(device.offline_after, 600)
        self.assertEqual(device.manufacturer, "Other")
        device.action_use_profile()
        self.assertEqual(device.manufacturer, "Acme")
        self.assertFalse(device.own_fields)

    def test_another_profile_changes_all_but_what_is_the_devices_own(self):
        device = self.device(model="T1b")
        device.profile_id = self.profile.create(
            {"name": "Other", "manufacturer": "Else", "model": "E", "offline_after": 30}
        )
        self.assertEqual(self.values(device), ("Else", "T1b", "default", 60, 30))
        device.profile_id = False
        self.assertEqual(self.values(device), (False, "T1b", "default", 60, 300))

    def test_without_a_profile_five_messages_may_be_missed(self):
        device = self.device(profile_id=False, offline_after=3600)
        self.assertEqual(device.interval_seconds, 720)
        device.offline_after = 2
        self.assertEqual(device.interval_seconds, 1)

    def test_a_milk_meter_may_be_silent_from_one_milking_to_the_next(self):
        meter = self.make_device("METER", device_type="milk_meter")
        self.assertEqual(self.values(meter)[3:], (60, 16 * 3600))
        self.assertNotIn("offline_after", meter.own_fields or ())
        meter.offline_after = 900
        self.assertIn("offline_after", meter.own_fields)
        self.assertEqual(meter.interval_seconds, 60)

    def test_so_may_one_of_a_profile_that_says_nothing_else(self):
        profile = self.profile.create({"name": "Meter", "device_type": "milk_meter"})
        self.assertEqual(profile.offline_after, 16 * 3600)
        profile.device_type = "ph_sensor"
        self.assertEqual(profile.offline_after, 300)
        own = self.profile.create(
            {"name": "Own", "device_type": "milk_meter", "offline_after": 900}
        )
        self.assertEqual(own.offline_after, 900)

    def test_an_upgrade_gives_milk_meters_the_silence_that_nobody_chose(self):
        following, chosen, probe = (
            self.make_device(name, device_type=kind, offline_after=after)
            for name, kind, after in (
                ("FOLLOWS", "milk_meter", 0),
                ("CHOSEN", "milk_meter", 300),
                ("PROBE", "temperature", 300),
            )
        )
        profile = self.profile.create({"name": "Meter", "device_type": "milk_meter"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE iot_device SET offline_after = 300 WHERE id = %s", [following.id]
        )
        self.env.cr.execute(
            "UPDATE iot_device_profile SET offline_after = 300 WHERE id = %s",
            [profile.id],
        )
        script = "smartdairy_iot/migrations/19.0.1.5.0/post-silence.py"
        load_script(file_path(script), "post_silence").migrate(self.env.cr, "")
        self.env.invalidate_all()
        devices = following | chosen | probe
        self.assertEqual(devices.mapped("offline_after"), [57_600, 300, 300])
        self.assertEqual(following.interval_seconds, 60)
        self.assertEqual(profile.offline_after, 57_600)

    @mute_logger("odoo.sql_db")
    def test_no_time_is_negative(self):
        for name in ("offline_after", "interval_seconds"):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.device("BAD", **{name: -1})

    def test_the_form_shows_the_profiles_values_and_keeps_what_is_entered(self):
        form = Form(self.env["iot.device"])
        form.name, form.device_id = "Heir", "HEIR"
        form.device_type = "temperature"
        form.farm_id = self.farm
        self.assertEqual(form.offline_after, 300)
        form.model = "T1b"
        form.profile_id = self.profile
        self.assertEqual((form.manufacturer, form.model), ("Acme", "T1b"))
        self.assertEqual(form.offline_after, 600)
        form.interval_seconds = 30
        device = form.save()
        self.assertEqual(self.values(device), ("Acme", "T1b", "storage", 30, 600))
        self.assertEqual(device.own_fields, ["interval_seconds", "model"])
        with Form(device) as form:
            form.model = ""
        self.assertEqual(
            (device.model, device.own_fields), ("T1", ["interval_seconds"])
        )

    def test_a_copy_keeps_what_is_its_own(self):
        device = self.device(offline_after=900)
        copy = device.copy()
        self.assertEqual(
            (copy.offline_after, copy.own_fields), (900, ["offline_after"])
        )
        self.profile.offline_after = 60
        self.assertEqual(copy.offline_after, 900)

    def test_who_watches_for_silence_follows_the_profile(self):
        device = self.device()
        seen = fields.Datetime.now() - timedelta(seconds=500)
        live = {"device_id": device.id, "is_online": True, "last_seen": seen}
        self.env["iot.device.state"].create(live)
        self.env["iot.device.state"]._cron_detect_offline()
        self.assertTrue(device.live_ids.is_online)
        self.profile.offline_after = 400
        self.env["iot.device.state"]._cron_detect_offline()
        self.assertFalse(device.live_ids.is_online)

    def test_the_listener_follows_the_profile_and_the_way_back(self):
        device = self.device(location_type="raw_milk")
        places = self.env["iot.device"]._get_listener_map
        self.assertEqual(places()["HEIR"].location_type, "raw_milk")
        device.action_use_profile()
        self.assertEqual(places()["HEIR"].location_type, "storage")
        self.profile.location_type = "transport"
        self.assertEqual(places()["HEIR"].location_type, "transport")

    def test_a_rule_of_the_profile_is_in_force_at_its_devices(self):
        device = self.device()
        self.profile.threshold_ids = [
            fields.Command.create(
                {
                    "name": "Default rule",
                    "device_type": "temperature",
                    "reading_type": "temperature",
                    "max_value": 5.0,
                }
            )
        ]
        self.assertEqual(self.profile.rule_count, 1)
        here = [rule.rule.name for rule in device._rules_here() if rule.is_in_force]
        self.assertIn("Default rule", here)
        domain = self.profile.action_view_rules()["domain"]
        found = self.env["iot.threshold"].search(domain)
        self.assertEqual(found, self.profile.threshold_ids)

    def test_a_profile_counts_its_devices(self):
        self.assertEqual(self.profile.device_count, 0)
        device = self.device()
        self.profile.invalidate_recordset()
        self.assertEqual(self.profile.device_count, 1)
        domain = self.profile.action_view_devices()["domain"]
        self.assertEqual(self.env["iot.device"].search(domain), device)


@tagged("post_install", "-at_install")
class TestInheritedMigration(InheritedCase):
    """A database of the version before: devices had copies of what the profile says."""

    def migrate(self):
        spec = spec_from_file_location("pre_device_inherited", file_path(SCRIPT))
        script = module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()

    def old(self, device_id, **vals):
        """A row without the two columns that are new."""
        device = self.device(device_id)
        self.env.flush_all()
        was = {
            "own_fields": None,
            "interval_seconds": None,
            "location_type": "default",
            "manufacturer": "Acme",
            "model": "T1",
            "offline_after": 600,
            **vals,
        }
        for name, value in was.items():
            self.env.cr.execute(
                f"UPDATE iot_device SET {name} = %s WHERE id = %s", [value, device.id]
            )
        return device

    def setUp(self):
        super().setUp()
        self.profile.location_type = False  # the profile had no such field
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE iot_device ALTER COLUMN interval_seconds DROP NOT NULL"
        )

    def test_what_is_equal_or_empty_follows_the_profile(self):
        equal, empty = self.old("EQUAL"), self.old("EMPTY", manufacturer=None, model="")
        self.migrate()
        for device in equal, empty:
            self.assertFalse(device.own_fields)
            self.assertEqual(self.values(device), ("Acme", "T1", "default", 120, 600))
        self.profile.write({"offline_after": 700, "model": "T2"})
        self.assertEqual(self.values(equal), ("Acme", "T2", "default", 120, 700))

    def test_what_differs_stays_as_it_is(self):
        device = self.old("OWN", offline_after=30, location_type="raw_milk", model="X")
        self.migrate()
        self.profile.write({"offline_after": 700, "model": "T2"})
        self.assertEqual(self.values(device), ("Acme", "X", "raw_milk", 120, 30))
        self.assertEqual(
            set(device.own_fields), {"location_type", "model", "offline_after"}
        )

    def test_a_device_without_a_profile_keeps_its_values(self):
        device = self.old("ALONE", profile_id=None, offline_after=300, model=None)
        self.migrate()
        self.assertEqual(self.values(device), ("Acme", False, "default", 60, 300))
        self.assertEqual(device.own_fields, ["manufacturer"])

    def test_running_it_again_changes_nothing(self):
        device = self.old("ONCE")
        self.migrate()
        device.offline_after = 30
        self.env.flush_all()
        self.migrate()
        self.assertEqual(device.own_fields, ["offline_after"])
