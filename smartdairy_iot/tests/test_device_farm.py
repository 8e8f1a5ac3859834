from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .onboarding import OnboardingCase


@tagged("post_install", "-at_install")
class TestDeviceFarm(OnboardingCase):
    """A device that is on no farm yet, and one that moves to another."""

    def as_technician(self, record):
        return record.with_user(self.people["technician"])

    # On no farm yet -------------------------------------------------------------------

    def test_a_technician_sees_what_belongs_to_a_device_of_no_farm_yet(self):
        device = self.make_device("BOX-1", farm_id=False, state="draft")
        beside = {
            "iot.device.state": {"is_online": True},
            "iot.device.counter": {"received": 3},
            "iot.device.trend": {},
            "iot.device.claim": {"code_hash": "x", "expires_at": "2030-01-01"},
        }
        for model, vals in beside.items():
            self.env[model].create({"device_id": device.id, **vals})
        device._queue_config(is_asked=True)
        self.env.flush_all()
        for model in beside:
            found = self.env[model].search([("device_id", "=", device.id)])
            self.assertTrue(self.as_technician(found).has_access("read"), model)
            theirs = found.with_user(self.people["operator"])
            self.assertFalse(theirs.has_access("read"), model)
        self.assertTrue(self.as_technician(device).is_online)

    def test_a_technician_calibrates_a_device_before_it_has_a_farm(self):
        device = self.make_device("BOX-1", farm_id=False, state="draft")
        one = self.as_technician(self.env["iot.calibration"]).create(
            {"device_id": device.id, "reference_1": 4.0, "measured_1": 4.3}
        )
        one.action_apply()
        self.assertEqual(self.as_technician(device).calibration_count, 1)
        theirs = one.with_user(self.people["operator"])
        self.assertFalse(theirs.has_access("read"))

    # To another farm ------------------------------------------------------------------

    def test_a_device_that_moves_leaves_its_tank_and_stall(self):
        self.sensor.write({"tank_id": self.tanks[0].id, "stall_id": self.stalls[0].id})
        stays = self.make_device("STAYS", farm_id=self.private_farm.id)
        tank = self.env["farm.tank"].create(
            {"name": "Far tank", "farm_id": self.private_farm.id}
        )
        stays.tank_id = tank
        (self.sensor | stays).farm_id = self.private_farm
        self.assertFalse(self.sensor.tank_id or self.sensor.stall_id)
        self.assertEqual(stays.tank_id, tank, "it was there already")
        self.sensor.write({"farm_id": self.farm.id, "tank_id": self.tanks[1].id})
        self.assertEqual(self.sensor.tank_id, self.tanks[1], "moved with the device")

    def test_the_form_shows_that_the_tank_is_left(self):
        self.sensor.tank_id = self.tanks[0]
        with Form(self.sensor) as form:
            form.farm_id = self.private_farm
            self.assertFalse(form.tank_id)

    def test_a_tank_of_another_farm_is_refused(self):
        tank = self.env["farm.tank"].create(
            {"name": "Far tank", "farm_id": self.private_farm.id}
        )
        with self.assertRaisesRegex(ValidationError, "TEST-1 cannot stand at a tank"):
            self.sensor.tank_id = tank

    def test_the_rules_of_the_company_that_a_farm_goes_to_are_in_force_at_once(self):
        self.env["iot.threshold"].search([]).is_active = False
        rule = self.env["iot.threshold"].create(
            {
                "name": "Theirs",
                "company_id": self.company.id,
                "reading_type": "temperature",
                "max_value": 50.0,
            }
        )

        def rules():
            known = self.env["iot.device"]._get_listener_map()["TEST-1"]
            found = known.limits_at(None).get("temperature", ())
            return {one.threshold_id for one in found}

        self.assertNotIn(rule.id, rules())
        self.farm.company_id = self.company
        self.assertIn(rule.id, rules())
