import base64
import io
import json
import logging
import zipfile
from datetime import date, datetime, timedelta
from unittest.mock import patch

import openpyxl

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools.pdf import PdfFileReader

from ..compliance import sheets
from .compliance import ComplianceCase


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

    def test_every_heading_of_the_workbook_can_be_translated(self):
        terms = self.env["iot.compliance.report"]._headings()
        self.assertEqual(list(terms), sheets.headings())

    def test_it_reads_from_right_to_left_where_people_do(self):
        """The terms may be English there; numbers, charts and pages are in order."""
        self.env["res.lang"]._activate_lang("ar_001")
        self.store(self.curve(1))
        report = self.make_report().with_context(lang="ar_001")
        report.action_generate()
        html = self.env["ir.actions.report"]._render_qweb_html
        html, _kind = html("smartdairy_iot.iot_compliance_report", report.ids)
        self.assertIn(b'direction="ltr"', html, "a chart's axis is no text")
        actions = self.env["ir.actions.report"].with_context(
            lang="ar_001", force_report_rendering=True
        )
        name = "smartdairy_iot.iot_compliance_report"
        pdf, _kind = actions._render_qweb_pdf(name, report.ids)
        self.assertGreater(len(PdfFileReader(io.BytesIO(pdf)).pages), 2)
        with zipfile.ZipFile(io.BytesIO(base64.b64decode(report.xlsx))) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        self.assertIn('rightToLeft="1"', sheet)

    def test_the_headings_are_in_the_language_of_who_reads_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        report = self.make_report()
        report.action_generate()
        french = {"Days": "Jours", "Result": "Résultat", "Standard": "Jours"}
        asked = report._headings() | french
        with patch.object(type(report), "_headings", lambda _report: asked):
            content = base64.b64decode(report.with_context(lang="fr_FR").xlsx)
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            texts = book.read("xl/sharedStrings.xml").decode()
            names = book.read("xl/workbook.xml").decode()
        self.assertIn("Résultat", texts)
        self.assertIn('name="Jours"', names)
        self.assertIn('name="Jours 2"', names, "each sheet has a name of its own")

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

    def test_numbers_are_written_as_the_language_writes_them(self):
        """Days without a reading are thousands of minutes; 3.5 °C is 3,5 °C."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.store(self.curve(1))
        report = self.make_report(date_to="2026-01-20").with_context(lang="fr_FR")
        report.action_generate()
        actions = self.env["ir.actions.report"].with_context(lang="fr_FR")
        html, _kind = actions._render_qweb_html(
            "smartdairy_iot.iot_compliance_report", report.ids
        )
        said = html.decode().replace("\u202f", " ").replace("\xa0", " ")
        minutes = json.loads(report.data)["tanks"][0]["totals"]["gap_minutes"]
        self.assertGreater(minutes, 1000)
        self.assertIn(f"{minutes:,}".replace(",", " "), said)
        self.assertRegex(said, r">\d,\d<")

    def test_its_days_can_be_sorted_and_filtered_as_dates(self):
        report = self.make_report()
        report.action_generate()
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(report.xlsx)))
        days = book.worksheets[0]
        self.assertEqual(days.cell(2, 2).value, datetime(2026, 1, 5))
        self.assertTrue(days.cell(2, 2).is_date)
        self.assertEqual(days.auto_filter.ref, f"A1:I{days.max_row}")

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
