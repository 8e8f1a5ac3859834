import io
import shutil
import unittest

from pypdf import PdfReader

from odoo.tests import tagged
from odoo.tools import mute_logger

from .onboarding import OnboardingCase

MM = 72 / 25.4  # points


@tagged("post_install", "-at_install")
class TestDeviceLabel(OnboardingCase):
    """Real PDFs, by the program that Odoo uses."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not shutil.which("wkhtmltopdf"):
            # make run and make test install it where Debian has it.
            raise unittest.SkipTest("wkhtmltopdf is not there")
        cls.devices = cls.env["iot.device"].concat(
            *(cls.make_device(f"LABEL-{n:02}", name=f"Probe {n}") for n in range(1, 31))
        )

    def test_labels_of_a_batch_are_printed_without_asking_for_a_letterhead(self):
        self.env.company.external_report_layout_id = False
        batch = self.env["iot.device.batch"]._record("range", self.devices[::-1])
        action = batch.action_print_labels()
        self.assertEqual(action["type"], "ir.actions.report")
        names = [f"LABEL-{n:02}" for n in range(1, 31)]
        printed = self.devices.browse(action["context"]["active_ids"])
        self.assertEqual(printed.mapped("device_id"), names)

    def render(self, size, devices, user="user", **data):
        reports = self.env["ir.actions.report"].with_user(self.people[user])
        pdf, kind = reports.with_context(force_report_rendering=True)._render_qweb_pdf(
            f"smartdairy_iot.iot_device_label_{size}", devices.ids, data=data
        )
        self.assertEqual(kind, "pdf")
        return PdfReader(io.BytesIO(pdf))

    def positions(self, page):
        """``{text: (x, y)}`` in millimetres from the upper left corner."""
        found = {}
        height = float(page.mediabox.height)

        def visit(text, matrix, text_matrix, _font, _size):
            if text.strip():
                x = matrix[0] * text_matrix[4] + matrix[4]
                y = matrix[3] * text_matrix[5] + matrix[5]
                found.setdefault(text.strip(), (x / MM, (height - y) / MM))

        page.extract_text(visitor_text=visit)
        return found

    def test_a_roll_has_one_label_per_page_of_its_size(self):
        for size, width, height in (("roll", 50, 30), ("roll_small", 62, 29)):
            reader = self.render(size, self.devices[:3])
            self.assertEqual(len(reader.pages), 3)
            for page, device in zip(reader.pages, self.devices, strict=False):
                self.assertAlmostEqual(
                    float(page.mediabox.width) / MM, width, delta=0.5
                )
                self.assertAlmostEqual(
                    float(page.mediabox.height) / MM, height, delta=0.5
                )
                text = " ".join(page.extract_text().split())
                for words in (
                    device.name,
                    device.device_id,
                    "Test Farm",
                    "Temperature",
                ):
                    self.assertIn(words, text)
                self.assertTrue(page.images, "the QR code")

    def test_a_sheet_has_24_labels_where_the_paper_has_them(self):
        reader = self.render("a4", self.devices)
        self.assertEqual(len(reader.pages), 2)
        first, second = (page.extract_text() for page in reader.pages)
        self.assertEqual((first.count("LABEL-"), second.count("LABEL-")), (24, 6))
        at = self.positions(reader.pages[0])
        x, y = at["LABEL-01"]
        self.assertAlmostEqual(at["LABEL-02"][0] - x, 70, delta=0.7)
        self.assertAlmostEqual(at["LABEL-03"][0] - x, 140, delta=1.2)
        self.assertAlmostEqual(at["LABEL-22"][1] - y, 7 * 37, delta=1.5)

    def test_the_labels_need_no_server(self):
        self.env["ir.config_parameter"].set_param("report.url", "http://192.0.2.1:9")
        reader = self.render("roll", self.devices[:1])
        self.assertIn("LABEL-01", reader.pages[0].extract_text())

    def test_long_names_stay_on_the_label(self):
        device = self.make_device(
            "L" * 50, name="The very long name of a probe in the north-eastern parlour"
        )
        reader = self.render("roll", device)
        self.assertEqual(len(reader.pages), 1)

    def test_the_label_of_a_shipped_device_has_its_code(self):
        shipped = self.make_device("SHIP-1", farm_id=False, state="draft")
        code = "7K3M-9QXV-20RT-HW5C"
        reader = self.render("roll", shipped, "manager", codes={shipped.id: code})
        words = reader.pages[0].extract_text().split()
        self.assertIn("Scan to claim", " ".join(words))
        self.assertIn(code, "".join(words))

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_labels_of_other_farms_are_not_printed(self):
        foreign = self.make_device("FOREIGN-1", farm_id=self.foreign_farm.id)
        self.env.invalidate_all()  # another request knows nothing of it yet
        with self.assertRaisesRegex(Exception, "access|Access"):
            self.render("roll", foreign)
