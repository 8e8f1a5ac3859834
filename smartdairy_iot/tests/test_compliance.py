import base64
import io
import json
import logging
import zipfile
from datetime import date, datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from .tank import DAY, TankCase

_LATER = "2026-02-02 09:00:00"


class ComplianceCase(TankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.farm.tz = "UTC"
        cls.users = {
            group: cls.make_user(f"paper-{group}", f"smartdairy_iot.group_iot_{group}")
            for group in ("user", "operator", "technician", "manager")
        }
        cls.farm.user_ids = [user.id for user in cls.users.values()]
        for user in cls.users.values():
            user.email = f"{user.login}@example.com"
        cls.enterClassContext(freeze_time(_LATER))

    def make_report(self, **vals):
        return self.env["iot.compliance.report"].create(
            {
                "farm_id": self.farm.id,
                "date_from": "2026-01-05",
                "date_to": "2026-01-06",
                **vals,
            }
        )

    def make_schedule(self, **vals):
        return self.env["iot.compliance.schedule"].create(
            {
                "farm_id": self.farm.id,
                "frequency": "weekly",
                "user_ids": self.users["operator"].ids,
                "next_date": "2026-01-12",
                **vals,
            }
        )


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


@tagged("post_install", "-at_install")
class TestCompliancePaper(ComplianceCase):
    """PDF and workbook, as they are printed."""

    def test_the_pdf_is_a_pdf_of_several_pages_without_network(self):
        self.store(self.curve(1))
        report = self.make_report()
        report.action_generate()
        asked = []
        actions = self.env["ir.actions.report"]
        run = type(actions)._run_wkhtmltopdf

        def told(this, bodies, *args, **kwargs):
            asked.extend(bodies)
            return run(this, bodies, *args, **kwargs)

        with patch.object(type(actions), "_run_wkhtmltopdf", told):
            pdf, kind = actions.with_context(
                force_report_rendering=True
            )._render_qweb_pdf("smartdairy_iot.iot_compliance_report", report.ids)
        self.assertEqual(kind, "pdf")
        pages = PdfFileReader(io.BytesIO(pdf)).pages
        self.assertGreater(len(pages), 2)
        for number, page in enumerate(pages, 1):
            said = page.extract_text()
            self.assertIn(report.data_hash, said)
            self.assertIn(f"{number} / {len(pages)}", said)
        (html,) = map(str, asked)
        self.assertIn("<polygon", html)
        self.assertIn(report.data_hash, html)
        self.assertIn("No readings on this day.", html)
        for outside in ("<link", "<script", "src=", "url("):
            self.assertNotIn(outside, html)

    def test_to_print_asks_for_no_letterhead(self):
        self.env.company.external_report_layout_id = False
        report = self.make_report()
        report.action_generate()
        self.assertEqual(report.action_print()["type"], "ir.actions.report")

    def test_names_with_markup_stay_text(self):
        self.tank.name = "<script>alert(1)</script> " + "Long name " * 12
        report = self.make_report()
        report.action_generate()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "smartdairy_iot.iot_compliance_report", report.ids
        )
        self.assertNotIn(b"<script>alert", html)
        self.assertIn(b"&lt;script&gt;alert", html)

    def test_the_workbook_says_the_same_and_runs_no_formula(self):
        self.tank.name = "=1+1"
        self.store(self.curve(1))
        report = self.make_report()
        report.action_generate()
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(report.xlsx))) as book:
            texts = book.read("xl/sharedStrings.xml").decode()
            sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/")]
            bodies = [book.read(name).decode() for name in sheets if "rels" not in name]
        self.assertEqual(len(bodies), 8)
        self.assertIn("=1+1", texts)
        self.assertFalse([body for body in bodies if "<f>" in body])
        self.assertIn(report.data_hash, texts)
        self.assertIn("Within limits", texts)

    def test_grades_of_each_day_are_in_it(self):
        self.env.cr.execute(
            "INSERT INTO iot_milk_quality (farm_id, day, liters, grade)"
            " VALUES (%s, '2026-01-05', 900, 'A')",
            (self.farm.id,),
        )
        report = self.make_report()
        report.action_generate()
        quality = json.loads(report.data)["quality"]
        self.assertEqual(
            [row.get("grade") for row in quality], ["A", None], "N/A on paper"
        )
        report.with_quality = False
        report.action_generate()
        self.assertEqual(json.loads(report.data)["quality"], [])


@tagged("post_install", "-at_install")
class TestComplianceSchedule(ComplianceCase):
    """Mailed each week or month, to those who may see the farm."""

    def setUp(self):
        super().setUp()
        progress = patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1000
        )
        self.enterContext(progress)
        # Real PDFs: in tests Odoo renders none unless told to.
        self.env = self.env(context={"force_report_rendering": True})

    def mails(self):
        return self.env["mail.mail"].search(
            [("model", "=", "iot.compliance.report")], order="id"
        )

    def reports(self):
        return self.env["iot.compliance.report"].search(
            [("farm_id", "=", self.farm.id)], order="date_from"
        )

    def test_the_week_that_is_over_is_mailed_once_with_its_pdf(self):
        schedule = self.make_schedule()
        cron = self.env["iot.compliance.schedule"]._cron_send
        cron(datetime(2026, 1, 12, 5, 59))
        self.assertFalse(self.reports())
        cron(datetime(2026, 1, 12, 6, 0))
        cron(datetime(2026, 1, 12, 7, 0))
        (report,) = self.reports()
        self.assertEqual(report.date_from, date(2026, 1, 5))
        self.assertEqual(report.date_to, date(2026, 1, 11))
        self.assertEqual(schedule.next_date, date(2026, 1, 19))
        (mail,) = self.mails()
        self.assertEqual(mail.recipient_ids, self.users["operator"].partner_id)
        pdf = base64.b64decode(mail.attachment_ids.datas)
        self.assertIn(
            report.data_hash, PdfFileReader(io.BytesIO(pdf)).pages[0].extract_text()
        )

    def test_a_month_is_the_whole_month_before(self):
        self.make_schedule(frequency="monthly", next_date="2026-02-01")
        self.env["iot.compliance.schedule"]._cron_send(datetime(2026, 2, 1, 8))
        (report,) = self.reports()
        self.assertEqual(
            (report.date_from, report.date_to), (date(2026, 1, 1), date(2026, 1, 31))
        )

    def test_weeks_that_were_missed_are_made_up_for(self):
        self.make_schedule()
        self.env["iot.compliance.schedule"]._cron_send(datetime(2026, 1, 27, 8))
        begins = self.reports().mapped("date_from")
        self.assertEqual(
            begins, [date(2026, 1, 5) + timedelta(weeks=n) for n in range(3)]
        )

    def test_who_may_not_see_the_farm_is_no_recipient(self):
        other = self.make_user("paper-other", "smartdairy_iot.group_iot_operator")
        with self.assertRaisesRegex(ValidationError, "may not see"):
            self.make_schedule(user_ids=other.ids)

    def test_who_may_not_see_the_farm_any_more_gets_nothing(self):
        self.make_schedule(
            user_ids=(self.users["operator"] | self.users["technician"]).ids
        )
        self.farm.user_ids -= self.users["operator"]
        self.env["iot.compliance.schedule"]._cron_send(datetime(2026, 1, 12, 8))
        (mail,) = self.mails()
        self.assertEqual(mail.recipient_ids, self.users["technician"].partner_id)

    def test_what_fails_with_one_farm_stops_no_other_and_is_told(self):
        self.tank.cooling_standard_id = False
        broken = self.make_schedule()
        logger = "odoo.addons.smartdairy_iot.models.iot_compliance_schedule"
        with self.assertLogs(logger, logging.ERROR):
            self.env["iot.compliance.schedule"]._cron_send(datetime(2026, 1, 12, 8))
        self.assertIn("Choose a standard", broken.last_problem)
        self.assertFalse(self.mails())
        self.assertEqual(broken.next_date, date(2026, 1, 19))

    def test_only_managers_schedule(self):
        for group, user in self.users.items():
            model = self.env["iot.compliance.schedule"].with_user(user)
            self.assertEqual(model.has_access("create"), group == "manager")
