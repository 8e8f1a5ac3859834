from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.http_routing.tests.common import MockRequest

from ..ingest.message import Reason, Rejection
from .common import NOW, IotCase


@tagged("post_install", "-at_install")
class TestAccess(IotCase):
    """Refused by default, and tried from the wrong side."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stranger = cls.make_user("stranger", "base.group_user")
        cls.viewer = cls.make_user("viewer", "smartdairy_iot.group_iot_user")
        cls.user = cls.make_user("user", "smartdairy_iot.group_iot_operator")
        cls.technician = cls.make_user("tech", "smartdairy_iot.group_iot_technician")
        cls.manager = cls.make_user("manager", "smartdairy_iot.group_iot_manager")
        cls.other = cls.make_user("other", "smartdairy_iot.group_iot_operator")
        cls.farm.user_ids = cls.viewer | cls.user | cls.technician
        cls.alert = cls.env["iot.alert"].create(
            {
                "device_id": cls.sensor.id,
                "alert_type": "high_temperature",
                "severity": "high",
                "message": "Too warm",
                "reading_type": "temperature",
                "started_at": NOW.replace(tzinfo=None),
            }
        )

    def farms_heard(self, user):
        """The farms whose channel this user is given, on asking for ours by name."""
        websocket = self.env["ir.websocket"].with_user(user)
        with MockRequest(self.env(user=user)):
            channels = websocket._build_bus_channel_list([f"farm.farm_{self.farm.id}"])
        names = [channel for channel in channels if isinstance(channel, str)]
        self.assertFalse([n for n in names if "farm" in n], "never as a bare string")
        farms = [c for c in channels if getattr(c, "_name", None) == "farm.farm"]
        measured = [
            c[0] for c in channels if isinstance(c, tuple) and c[1] == "readings"
        ]
        self.assertEqual(
            measured, farms, "who hears of the farm hears what it measures"
        )
        return farms

    def test_who_loses_a_farm_hears_nothing_more_of_it_though_the_board_stays_open(
        self,
    ):
        self.env["iot.live.watch"]._renew(self.farm)
        self.farm._bus_send("smartdairy_iot/alert", {})
        self.farm._bus_send("smartdairy_iot/reading_tables", {}, subchannel="readings")
        self.env.cr.precommit.run()
        database = self.env.cr.dbname
        whole = (database, "farm.farm", self.farm.id)
        channels = [whole, (*whole, "readings"), (database, "farm.farm")]

        def heard():
            bus = self.env["bus.bus"].with_user(self.viewer)
            return [found["message"]["type"] for found in bus._poll(channels)]

        told = ["smartdairy_iot/alert", "smartdairy_iot/reading_tables"]
        self.assertEqual(heard(), told)
        self.farm.user_ids -= self.viewer
        self.assertEqual(heard(), [])
        self.farm.user_ids += self.viewer
        self.assertEqual(heard(), told)
        self.viewer.group_ids = self.env.ref("base.group_user")
        self.assertEqual(heard(), [])

    def test_an_employee_without_the_group_sees_nothing(self):
        for model in ("farm.farm", "iot.device", "iot.alert", "iot.threshold"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.stranger).search([])

    def test_a_user_sees_the_farms_they_may_see_and_no_other(self):
        for model, domain in (
            ("farm.farm", [("id", "=", self.farm.id)]),
            ("iot.device", [("device_id", "=", "TEST-1")]),
            ("iot.alert", [("id", "=", self.alert.id)]),
        ):
            search = self.env[model].with_user
            self.assertTrue(search(self.user).search(domain), model)
            self.assertTrue(search(self.manager).search(domain), model)
            self.assertFalse(search(self.other).search(domain), model)

    def test_a_viewer_sees_an_alert_and_leaves_it_to_others(self):
        alert = self.alert.with_user(self.viewer)
        self.assertEqual(alert.message, "Too warm")
        for act in (
            alert.action_acknowledge,
            alert.action_resolve,
            lambda: alert.write({"cause": "chiller"}),
            lambda: self.env["iot.alert.acknowledge"].with_user(self.viewer).create({}),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_an_operator_acknowledges_but_does_not_register(self):
        self.alert.with_user(self.user).action_acknowledge()
        self.assertEqual(self.alert.acknowledged_by, self.user)
        with self.assertRaises(AccessError):
            self.sensor.with_user(self.user).write({"name": "Mine"})
        with self.assertRaises(AccessError):
            self.sensor.with_user(self.user).action_deactivate()
        with self.assertRaises(AccessError):
            self.env["iot.rejected.message"].with_user(self.user).search([])

    def test_a_technician_registers_devices_on_their_own_farms_only(self):
        devices = self.env["iot.device"].with_user(self.technician)
        vals = {"name": "New", "device_type": "temperature", "farm_id": self.farm.id}
        device = devices.create(vals)
        device.action_register()
        far = self.env["farm.farm"].create({"name": "Far"})
        far.user_ids = self.other
        with self.assertRaises(AccessError):
            devices.create(vals | {"farm_id": far.id})
        with self.assertRaises(AccessError):
            device.farm_id = far
        with self.assertRaises(AccessError):
            device.unlink()
        with self.assertRaises(AccessError):
            self.farm.with_user(self.technician).name = "Mine"
        tanks = self.env["farm.tank"].with_user(self.technician)
        tank = tanks.create({"name": "Tank", "farm_id": self.farm.id})
        with self.assertRaises(AccessError):
            tank.farm_id = far

    def test_a_device_of_no_farm_is_of_the_company_that_registered_it(self):
        ours, theirs = self.env.company, self.env["res.company"].create({"name": "B"})
        device = self.make_device("BOXED", farm_id=False, state="draft")
        self.assertEqual(device.company_id, ours)
        stranger = self.make_user("b-tech", "smartdairy_iot.group_iot_technician")
        stranger.write({"company_ids": theirs.ids, "company_id": theirs.id})
        for user, seen in ((self.technician, True), (stranger, False)):
            device = device.with_user(user)
            self.assertEqual(device.has_access("read"), seen, user.login)
        device.sudo().farm_id = self.env["farm.farm"].create(
            {"name": "There", "company_id": theirs.id}
        )
        self.assertEqual(device.sudo().company_id, theirs)

    def test_a_technician_sees_what_was_refused_of_their_farms_and_of_strangers(self):
        for device_id in ("TEST-1", "NOBODY"):
            topic = f"smartdairy/sensors/temperature/{device_id}/data"
            self.env["iot.rejected.message"]._record(
                [Rejection(Reason.NOT_JSON, "x", topic, b"{", NOW, device_id)]
            )
        far = self.make_user("far-tech", "smartdairy_iot.group_iot_technician")
        for user, seen in ((self.technician, {"TEST-1", "NOBODY"}), (far, {"NOBODY"})):
            messages = self.env["iot.rejected.message"].with_user(user).search([])
            refs = set(messages.mapped("device_ref")) & {"TEST-1", "NOBODY"}
            self.assertEqual(refs, seen, user.login)

    def test_nobody_of_another_farm_acknowledges_or_watches(self):
        with self.assertRaises(AccessError):
            self.alert.with_user(self.other).action_acknowledge()
        with self.assertRaises(AccessError):
            self.farm.with_user(self.other).watch_live()

    def test_a_farm_channel_is_given_to_whom_may_read_the_farm(self):
        self.assertEqual(self.farms_heard(self.user), [self.farm])
        public = self.env.ref("base.public_user")
        for user in (self.stranger, self.other, public):
            self.assertEqual(self.farms_heard(user), [], user.login)

    def test_the_live_board_shows_ones_own_farms_only(self):
        board = self.env["farm.farm"].with_user(self.other).get_live_board()
        self.assertNotIn(self.farm.id, [farm["id"] for farm in board["farms"]])
        self.assertNotIn("TEST-1", [tile["device_id"] for tile in board["devices"]])
