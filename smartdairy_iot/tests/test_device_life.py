from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import IotCase

IN_ORDER = ("draft", "registered", "active", "inactive", "maintenance", "retired")
ALLOWED = {
    ("draft", "registered"),
    ("registered", "active"),
    ("active", "inactive"),
    ("active", "maintenance"),
    ("inactive", "active"),
    ("inactive", "maintenance"),
    ("maintenance", "active"),
    ("maintenance", "inactive"),
    *((state, "retired") for state in IN_ORDER if state != "retired"),
}


@tagged("post_install", "-at_install")
class TestDeviceLife(IotCase):
    def setUp(self):
        super().setUp()
        self.number = 0

    def device(self, state="draft", **vals):
        self.number += 1
        return self.make_device(f"LIFE-{self.number}", state=state, **vals)

    def test_a_plain_write_moves_only_where_a_button_does(self):
        for before in IN_ORDER:
            for after in IN_ORDER:
                device = self.device(before)
                with self.subTest(before=before, after=after):
                    if before == after or (before, after) in ALLOWED:
                        device.write({"state": after})
                        self.assertEqual(device.state, after)
                    else:
                        with self.assertRaisesRegex(UserError, "cannot become"):
                            device.write({"state": after})
                        self.assertEqual(device.state, before)

    def test_the_life_cycle_allows_no_shortcut(self):
        device = self.device()
        with self.assertRaisesRegex(UserError, "is Draft and cannot become Active"):
            device.action_activate()
        device.action_register()
        device.action_activate()
        device.action_maintenance()
        device.action_deactivate()
        device.action_activate()
        device.action_retire()
        with self.assertRaisesRegex(UserError, "is Retired"):
            device.action_activate()

    def test_an_import_over_a_device_makes_no_illegal_move(self):
        device = self.device("retired")
        ref = f"__import__.{device.device_id}"
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": device.device_id,
                "model": "iot.device",
                "res_id": device.id,
            }
        )
        done = device.load(["id", "state"], [[ref, "active"]])
        self.assertFalse(done["ids"])
        self.assertIn("is Retired and cannot become Active", str(done["messages"]))
        self.assertEqual(device.state, "retired")

    def test_one_that_cannot_keeps_all_of_a_write_from_moving(self):
        devices = self.device("active") | self.device("draft")
        with self.assertRaisesRegex(UserError, "LIFE-2 is Draft"):
            devices.action_deactivate()
        self.assertEqual(devices.mapped("state"), ["active", "draft"])

    def test_a_new_device_may_begin_where_it_was_in_service_elsewhere(self):
        for state in IN_ORDER:
            self.assertEqual(self.device(state).state, state)

    def test_each_move_is_a_line_in_the_chatter(self):
        device = self.device()
        self.flush_tracking()
        for move, line in (
            (device.action_register, ("Draft", "Registered")),
            (device.action_activate, ("Registered", "Active")),
            (device.action_retire, ("Active", "Retired")),
        ):
            move()
            self.flush_tracking()
            values = device.message_ids[0].sudo().tracking_value_ids
            self.assertEqual((values.old_value_char, values.new_value_char), line)

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.flush()

    # What a device in service needs -----------------------------------------------

    def test_a_device_of_no_farm_is_not_registered(self):
        device = self.device(farm_id=False)
        with self.assertRaisesRegex(UserError, "cannot become Registered: .* no farm"):
            device.action_register()
        device.farm_id = self.farm
        device.action_register()
        self.assertEqual(device.state, "registered")

    def test_a_device_with_the_profile_of_another_type_is_not_registered(self):
        profile = self.env["iot.device.profile"].create(
            {"name": "Meter", "device_type": "milk_meter"}
        )
        device = self.device(profile_id=profile.id)
        with self.assertRaisesRegex(UserError, "Meter is one for .* Milk Meter"):
            device.action_register()
        with self.assertRaisesRegex(UserError, "LIFE-2: its profile Meter is one for"):
            self.device("active", profile_id=profile.id)

    def test_a_device_behind_a_retired_gateway_is_not_registered(self):
        gateway = self.device("retired", device_type="gateway")
        device = self.device(gateway_id=gateway.id)
        with self.assertRaisesRegex(UserError, "gateway LIFE-1 is retired"):
            device.action_register()

    def test_retiring_needs_nothing(self):
        device = self.device(farm_id=False)
        device.action_retire()
        self.assertEqual(device.state, "retired")

    # A selection ------------------------------------------------------------------

    def test_of_a_selection_those_that_can_are_moved_and_the_others_told(self):
        active, draft = self.device("active"), self.device("draft")
        inactive = self.device("inactive")
        told = (active | draft | inactive)._move_selected("inactive")["params"]
        self.assertEqual(active.state, "inactive")
        self.assertEqual(draft.state, "draft")
        self.assertEqual(
            told["title"], "Inactive: 1 moved, 1 were so already, 1 refused"
        )
        self.assertEqual(told["message"], "LIFE-2 is Draft and cannot become Inactive.")
        self.assertEqual(told["type"], "warning")

    def test_of_many_refusals_a_few_are_told_by_name(self):
        drafts = self.env["iot.device"].union(*(self.device() for _n in range(8)))
        told = drafts._move_selected("active")["params"]["message"].splitlines()
        self.assertEqual(len(told), 6)
        self.assertEqual(told[-1], "… and 3 more.")

    def test_the_actions_on_a_selection_move_it(self):
        devices = self.device("active") | self.device("active")
        for name, state in (
            ("deactivate", "inactive"),
            ("activate", "active"),
            ("maintenance", "maintenance"),
            ("retire", "retired"),
        ):
            action = self.env.ref(f"smartdairy_iot.iot_device_{name}_selected_action")
            context = {"active_model": "iot.device", "active_ids": devices.ids}
            action.with_context(**context).run()
            self.assertEqual(devices.mapped("state"), [state, state])

    # Who --------------------------------------------------------------------------

    def test_only_a_manager_retires(self):
        """Whatever else the access lines let one write."""
        device = self.device("active")
        person = self.make_user("technician", "smartdairy_iot.group_iot_technician")
        self.env["ir.model.access"].create(
            {
                "name": "write",
                "model_id": self.env["ir.model"]._get_id("iot.device"),
                "group_id": self.env.ref("smartdairy_iot.group_iot_technician").id,
                "perm_read": True,
                "perm_write": True,
            }
        )
        as_technician = device.with_user(person)
        as_technician.action_deactivate()
        for retire in (
            as_technician.action_retire,
            lambda: as_technician.write({"state": "retired"}),
            lambda: as_technician._move_selected("retired"),
        ):
            with self.assertRaisesRegex(AccessError, "Only a manager"):
                retire()
        self.assertEqual(device.state, "inactive")
        manager = self.make_user("manager", "smartdairy_iot.group_iot_manager")
        device.with_user(manager).action_retire()
        self.assertEqual(device.state, "retired")

    def test_a_viewer_moves_nothing(self):
        device = self.device("active")
        viewer = self.make_user("viewer", "smartdairy_iot.group_iot_user")
        for move in (
            device.with_user(viewer).action_deactivate,
            lambda: device.with_user(viewer)._move_selected("inactive"),
        ):
            with self.assertRaises(AccessError):
                move()
        self.assertEqual(device.state, "active")
