import json
from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .compliance import ComplianceCase
from .tank import DAY


@tagged("post_install", "-at_install")
class TestCompliance(ComplianceCase):
    """The report's data set, from the store to the signature."""

    def test_it_says_of_each_milking_what_the_live_judgement_found(self):
        self.store(self.curve(1))
        self.judge(24)
        report = self.make_report(date_to="2026-01-05")
        report.action_generate()
        (tank,) = json.loads(report.data)["tanks"]
        (day,) = tank["days"]
        self.assertEqual(day["verdict"], "ok")
        live = self.tank.cooling_ids.sorted("start")
        for told, cooling in zip(day["milkings"], live, strict=True):
            start = datetime.fromisoformat(told["start"]).replace(tzinfo=None)
            self.assertEqual(start, cooling.start)
            self.assertEqual(told["limits"][0]["celsius"], 6.0)
            met_at = datetime.fromisoformat(told["limits"][0]["met_at"])
            self.assertEqual(
                met_at.replace(tzinfo=None).isoformat(), cooling.marks[0]["met_at"]
            )

    def test_another_standard_judges_the_same_readings(self):
        self.store(self.curve(1, tank={"watts": 5500.0}))
        late = {}
        for name in ("us", "ontario"):
            standard = self.env.ref(f"smartdairy_iot.cooling_standard_{name}")
            report = self.make_report(date_to="2026-01-05", standard_id=standard.id)
            report.action_generate()
            (tank,) = json.loads(report.data)["tanks"]
            self.assertEqual(tank["standard"], standard.name)
            late[name] = tank["totals"]["late"]
        self.assertEqual(late["us"], 0)
        self.assertGreater(late["ontario"], 0)

    def test_a_day_without_readings_says_so(self):
        self.store(self.curve(1))
        report = self.make_report()
        report.action_generate()
        verdicts = [d["verdict"] for d in json.loads(report.data)["tanks"][0]["days"]]
        self.assertEqual(verdicts, ["ok", "empty"])

    def test_days_are_those_of_the_farm(self):
        self.farm.tz = "Pacific/Auckland"  # 13 hours ahead
        self.store(self.curve(1))
        report = self.make_report(date_from="2026-01-05")
        report.action_generate()
        first, second = json.loads(report.data)["tanks"][0]["days"]
        self.assertEqual(first["gap_minutes"], 13 * 60)
        # 6 o'clock of UTC is 19 o'clock there, and 17 is of the next day.
        self.assertIn("T19:", first["milkings"][0]["start"])
        self.assertEqual(second["milkings"][0]["start"][:13], "2026-01-06T06")

    def test_alerts_stand_with_cause_and_corrective_action(self):
        self.store(self.curve(1, breaks_at=17 * 3600, mended_at=23 * 3600))
        self.judge_until(24)
        alert = self.alerts.filtered(lambda one: one.tank_kind == "cooling")
        alert.write({"cause": "chiller", "corrective_action": "Compressor replaced"})
        report = self.make_report(date_to="2026-01-05")
        report.action_generate()
        day = json.loads(report.data)["tanks"][0]["days"][0]
        self.assertEqual(day["verdict"], "outside")
        told = {one["id"]: one for one in day["alerts"]}[alert.id]
        self.assertEqual(told["cause"], "Chiller fault")
        self.assertEqual(told["action"], "Compressor replaced")

    def test_the_correction_in_force_and_its_due_date_stand_there(self):
        for begin, offset in (("2025-06-01", 0.5), ("2025-12-01", -0.2)):
            one = self.env["iot.calibration"].create(
                {
                    "device_id": self.probe.id,
                    "reading_type": "temperature",
                    "valid_from": f"{begin} 08:00:00",
                    "method": "given",
                    "scale": 1.0,
                    "offset": offset,
                    "next_due": "2026-06-01",
                }
            )
            one.action_apply()
        report = self.make_report()
        report.action_generate()
        tank = json.loads(report.data)["tanks"][0]
        (told,) = tank["calibrations"]
        self.assertEqual((told["date"], told["offset"]), ("2025-12-01", -0.2))
        self.assertEqual(tank["calibration"], {"state": "valid", "due": "2026-06-01"})

    def test_a_calibration_after_the_period_does_not_hide_that_it_was_overdue(self):
        """The probe was due in December, and was not calibrated until February."""
        profile = {"name": "Probe", "device_type": "temperature"}
        self.probe.profile_id = self.env["iot.device.profile"].create(
            {**profile, "calibration_months": 6}
        )
        self.probe.activated_at = "2025-06-10 08:00:00"
        self.env["iot.calibration"].create(
            {
                "device_id": self.probe.id,
                "reading_type": "temperature",
                "valid_from": "2026-02-01 08:00:00",
                "reference_1": 4.0,
                "measured_1": 4.3,
            }
        ).action_apply()
        self.assertEqual(str(self.probe.calibration_due), "2026-08-01")
        report = self.make_report()
        report.action_generate()
        tank = json.loads(report.data)["tanks"][0]
        self.assertEqual(tank["calibrations"], [])
        self.assertEqual(tank["calibration"], {"state": "overdue", "due": "2025-12-10"})

    def test_a_farm_without_a_standard_is_told_to_choose_one(self):
        self.tank.cooling_standard_id = False
        with self.assertRaisesRegex(UserError, "Choose a standard"):
            self.make_report().action_generate()

    def test_another_question_makes_what_was_generated_void(self):
        report = self.make_report()
        report.action_generate()
        report.date_to = "2026-01-07"
        self.assertFalse(report.data)
        self.assertFalse(report.built_at)

    def test_a_tank_of_another_farm_is_refused(self):
        farm = self.env["farm.farm"].create({"name": "Elsewhere"})
        tank = self.env["farm.tank"].create({"name": "Theirs", "farm_id": farm.id})
        with self.assertRaises(ValidationError):
            self.make_report(tank_ids=tank.ids)


@tagged("post_install", "-at_install")
class TestComplianceSignature(ComplianceCase):
    """Who signs, and what a signature means."""

    def signed(self):
        report = self.make_report()
        report.action_generate()
        report.with_user(self.users["manager"]).action_sign()
        return report

    def test_a_signature_names_the_manager_and_the_ledger(self):
        self.env["iot.ledger.day"]._seal(self.farm, date(2026, 1, 6), DAY)
        report = self.signed()
        self.assertEqual(report.state, "signed")
        self.assertEqual(report.signed_by, self.users["manager"])
        ledger = self.env["iot.ledger.day"].search([("farm_id", "=", self.farm.id)])
        self.assertEqual(report.ledger_hash, ledger.hash)
        self.assertEqual(report.ledger_date, date(2026, 1, 6))

    def test_only_a_manager_signs(self):
        report = self.make_report()
        report.action_generate()
        for group in ("user", "operator", "technician"):
            with self.assertRaises(AccessError):
                report.with_user(self.users[group]).action_sign()

    def test_a_signed_report_is_frozen(self):
        report = self.signed()
        text = report.data
        self.store(self.curve(1))
        manager = report.with_user(self.users["manager"])
        for act in (
            manager.action_generate,
            manager.action_sign,
            manager.unlink,
            lambda: manager.write({"date_to": "2026-01-07"}),
            lambda: report.sudo().write({"data": "{}"}),
        ):
            with self.assertRaises(UserError):
                act()
        self.assertEqual(report.data, text)
        self.assertEqual(manager.copy().state, "draft")

    def test_what_was_altered_below_is_seen_and_not_signed(self):
        report = self.make_report()
        report.action_generate()
        self.assertFalse(report.is_altered)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE iot_compliance_report SET data = replace(data, 'empty', 'ok')"
            " WHERE id = %s",
            (report.id,),
        )
        self.env.invalidate_all()
        self.assertTrue(report.is_altered)
        with self.assertRaisesRegex(UserError, "changed after"):
            report.action_sign()

    def test_nothing_is_signed_before_it_is_over_or_generated(self):
        with self.assertRaisesRegex(UserError, "Generate"):
            self.make_report().action_sign()
        today = self.make_report(date_from="2026-02-02", date_to="2026-02-02")
        today.action_generate()
        with self.assertRaisesRegex(UserError, "not over yet"):
            today.action_sign()
        with freeze_time("2026-02-03 09:00:00"):
            with self.assertRaisesRegex(UserError, "before its period was over"):
                today.action_sign()
            today.action_generate()
            today.action_sign()
        self.assertEqual(today.state, "signed")

    def test_nobody_writes_what_it_says(self):
        report = self.make_report()
        for vals in ({"data": "{}"}, {"state": "signed"}, {"signed_by": 2}):
            with self.assertRaises(AccessError):
                report.with_user(self.users["manager"]).write(vals)
            with self.assertRaises(AccessError):
                model = self.env["iot.compliance.report"]
                model.with_user(self.users["technician"]).create(
                    {"farm_id": self.farm.id, **vals}
                )

    def test_a_technician_generates_and_a_viewer_reads(self):
        technician, viewer = self.users["technician"], self.users["user"]
        model = self.env["iot.compliance.report"].with_user(technician)
        report = model.create({"farm_id": self.farm.id, "date_from": "2026-01-05"})
        report.action_generate()
        seen = report.with_user(viewer)
        self.assertIn("milkings", seen.summary)
        with self.assertRaises(AccessError):
            seen.action_generate()
        with self.assertRaises(AccessError):
            report.unlink()

    def test_who_may_not_see_the_farm_sees_no_report_and_no_schedule(self):
        report, schedule = self.make_report(), self.make_schedule()
        other = self.make_user("paper-other", "smartdairy_iot.group_iot_technician")
        for record in (report, schedule):
            self.assertFalse(record.with_user(other).has_access("read"))
            self.assertTrue(record.with_user(self.users["user"]).has_access("read"))
