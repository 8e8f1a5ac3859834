from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import NOW
from .onboarding import OnboardingCase


@tagged("post_install", "-at_install")
class TestDeviceRange(OnboardingCase):
    def make_range(self, user="technician", **vals):
        ranges = self.env["iot.device.range"].with_user(self.people[user])
        values = {"id_pattern": "BOX-{n:03}", "name_pattern": "Box {n}", "last": 3}
        return ranges.create(values | {"farm_id": self.farm.id} | vals)

    def create_range(self, **vals):
        action = self.make_range(**vals).action_create()
        return self.env["iot.device.batch"].browse(action["res_id"])

    def test_a_range_shows_its_ends_and_is_made_in_one_go(self):
        wizard = self.make_range(first=9, last=11)
        self.assertEqual(
            (wizard.count, wizard.first_device, wizard.last_device, wizard.problem),
            (3, "BOX-009 · Box 9", "BOX-011 · Box 11", False),
        )
        wizard.action_create()
        devices = self.find("BOX-009", "BOX-010", "BOX-011")
        self.assertEqual(set(devices.mapped("state")), {"active"})
        self.assertEqual(devices.farm_id, self.farm)

    def test_ids_that_are_taken_are_named_and_nothing_is_made(self):
        self.make_device("BOX-002", farm_id=self.foreign_farm.id)
        wizard = self.make_range()
        self.assertIn("1 of these IDs are taken: BOX-002.", wizard.problem)
        self.assertNotIn("Foreign", wizard.problem)
        with self.assertRaises(UserError):
            wizard.action_create()
        self.assertFalse(self.find("BOX-001", "BOX-003"))

    def test_each_device_gets_the_next_stall_as_people_count(self):
        batch = self.create_range(place="stalls", device_type="milk_meter")
        devices = batch.device_ids.sorted("device_id")
        self.assertEqual(
            devices.stall_id.mapped("name"), ["Stall 1", "Stall 2", "Stall 10"]
        )
        wizard = self.make_range(place="tanks", id_pattern="X-{n}", last=2)
        self.assertIn("2 devices, but 3 tanks", wizard.problem)
        wizard.tank_ids = self.tanks[1:]
        self.assertEqual(wizard.first_device, "X-1 · Box 1 · Tank 2")

    def test_the_preview_follows_the_form_before_it_is_saved(self):
        ranges = self.env["iot.device.range"].with_user(self.people["technician"])
        with Form(ranges) as form:
            form.id_pattern = "BOX-{n:03}"
            form.farm_id = self.farm
            form.place = "stalls"
            form.last = 3
            self.assertFalse(form.problem)
            self.assertIn("Stall 1", form.first_device)
            form.last = 2
            self.assertIn("2 devices, but 3", form.problem)

    def test_children_get_their_gateway_and_channel(self):
        gateway = self.make_device("BOX-GW", device_type="gateway")
        batch = self.create_range(gateway_id=gateway.id, channel_pattern="{n:02}")
        self.assertEqual(batch.device_ids.gateway_id, gateway)
        self.assertEqual(sorted(batch.device_ids.mapped("channel")), ["01", "02", "03"])

    def test_bad_patterns_and_numbers_are_told(self):
        for vals, words in (
            ({"id_pattern": "BOX"}, "must have a number"),
            ({"id_pattern": "a/{n}"}, "cannot be a device ID"),
            ({"name_pattern": "Box {number}"}, "braces"),
            ({"first": 5, "last": 4}, "larger than"),
            ({"last": 2000}, "Make several"),
            ({"farm_id": False}, "Choose the farm"),
        ):
            self.assertIn(words, self.make_range(**vals).problem, vals)

    # Undo

    def test_the_last_batch_is_taken_back_whole(self):
        batch = self.create_range()
        wizard = self.make_range()
        self.assertEqual(wizard.last_batch_id, batch)
        wizard.action_undo_last()
        self.assertFalse(self.find("BOX-001", "BOX-002", "BOX-003"))
        self.assertTrue(batch.undone_at)
        self.assertFalse(self.make_range().last_batch_id)
        self.assertFalse(self.make_range().problem, "the IDs are free again")

    def test_a_batch_of_which_one_device_was_heard_stays(self):
        batch = self.create_range()
        user = self.people["technician"]
        self.env["iot.device.state"].create(
            {
                "device_id": batch.device_ids[0].id,
                "last_seen": NOW.replace(tzinfo=None),
            }
        )
        with self.assertRaisesRegex(
            UserError, "1 of 3 devices have readings or alerts"
        ):
            batch.with_user(user).action_undo()
        self.assertEqual(len(batch.device_ids), 3)

    def test_a_batch_whose_gateway_has_other_children_stays(self):
        batch = self.create_range(device_type="gateway")
        self.make_device("BOX-CHILD", gateway_id=batch.device_ids[0].id)
        with self.assertRaisesRegex(UserError, "1 other devices have a gateway"):
            batch.with_user(self.people["technician"]).action_undo()

    def test_nobody_takes_back_what_another_made_but_a_manager(self):
        batch = self.create_range()
        colleague = self.make_user("colleague", "smartdairy_iot.group_iot_technician")
        with self.assertRaises(AccessError):
            batch.with_user(colleague).action_undo()
        with self.assertRaises(AccessError):
            batch.with_user(self.people["user"]).action_undo()
        batch.with_user(self.people["manager"]).action_undo()
        self.assertFalse(batch.device_ids)

    def test_viewers_and_operators_make_no_range(self):
        for user in ("user", "operator"):
            with self.assertRaises(AccessError):
                self.make_range(user)
