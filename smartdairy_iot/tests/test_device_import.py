import csv
import io
from unittest.mock import patch

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .onboarding import OnboardingCase

FILE = """Device ID;Device Name;Device Type;Serial Number;Farm;Tank;Gateway
BOX-1;Tank one;Temperature Sensor;SN-1;testfarm;tank 1;BOX-GW
BOX-2;;milk meter;SN-2;Test  Farm;;Parlour gateway
BOX-GW;Parlour gateway;gateway;SN-3;TESTFARM;;
"""


@tagged("post_install", "-at_install")
class TestDeviceImport(OnboardingCase):
    def test_a_file_makes_devices_gateway_and_children_in_any_order(self):
        wizard = self.import_file(FILE)
        self.assertEqual((wizard.create_count, wizard.problem_count), (3, 0))
        self.assertIn("UTF-8", wizard.found)
        self.assertFalse(self.find("BOX-1"), "only shown so far")
        action = wizard.action_import()
        batch = self.env["iot.device.batch"].browse(action["res_id"])
        self.assertEqual((batch.created_count, batch.origin), (3, "import"))
        one, two, gateway = self.find("BOX-1", "BOX-2", "BOX-GW").sorted("device_id")
        self.assertEqual(one.gateway_id | two.gateway_id, gateway)
        self.assertEqual((one.tank_id, two.name), (self.tanks[0], "BOX-2"))
        self.assertEqual(set((one + two + gateway).mapped("state")), {"active"})
        self.assertEqual((one + two + gateway).farm_id, self.farm)

    def test_an_empty_file_is_not_told_as_no_file(self):
        values = {"file": b"", "file_name": "box.csv"}
        wizard = self.env["iot.device.import"].create(values)
        with self.assertRaisesRegex(UserError, "box.csv is empty"):
            wizard.action_preview()
        wizard.file_name = False
        with self.assertRaisesRegex(UserError, "Choose a file first"):
            wizard.action_preview()

    def test_the_same_file_again_makes_no_doubles(self):
        self.import_file(FILE).action_import()
        again = self.import_file(FILE)
        self.assertEqual((again.create_count, again.unchanged_count), (0, 3))
        changed = self.import_file(FILE.replace("tank 1", "tank 2"))
        self.assertEqual((changed.update_count, changed.unchanged_count), (1, 2))
        self.assertEqual(changed.update_ids.note, "Tank: Tank 1 → Tank 2")
        changed.action_import()
        self.assertEqual(len(self.find("BOX-1", "BOX-2", "BOX-GW")), 3)
        self.assertEqual(self.find("BOX-1").tank_id, self.tanks[1])

    def test_a_workbook_is_read_like_a_csv_file(self):
        book = openpyxl.Workbook()
        for line in FILE.splitlines():
            book.active.append(line.split(";"))
        data = io.BytesIO()
        book.save(data)
        wizard = self.import_file(data.getvalue())
        self.assertEqual((wizard.create_count, wizard.problem_count), (3, 0))
        self.assertIn("XLSX", wizard.found)

    def test_problems_name_the_row_and_column_and_nothing_is_done(self):
        wizard = self.import_file(
            "Device ID,Device Type,Farm\n"
            "BOX-1,temperature,Tset Farm\n"
            "BOX-2,temprature,Test Farm\n"
            "BOX-3,gateway,Test Farm\n"
        )
        problems = wizard.problem_ids
        self.assertEqual(
            [(line.row, line.column) for line in problems],
            [(2, "Farm"), (3, "Device Type")],
        )
        self.assertIn("Did you mean “Test Farm”?", problems[0].note)
        self.assertIn("Did you mean “temperature”?", problems[1].note)
        wizard.action_import()
        self.assertFalse(self.find("BOX-1", "BOX-2", "BOX-3"))

    def test_every_problem_has_a_sentence_for_people(self):
        values = dict.fromkeys(
            "text nearest codes farm device twin first before after profile of_profile "
            "of_device header most rows encoding position line problem".split(),
            "X",
        )
        wizard = self.env["iot.device.import"]
        for kind, sentence in wizard._words().items():
            self.assertTrue((sentence % values).strip(), kind)

    def test_what_is_no_table_is_told_in_words(self):
        with self.assertRaisesRegex(UserError, "neither a CSV nor an XLSX"):
            self.import_file(b"\x00\x00\x00\x00binary")

    def test_an_unforeseen_refusal_names_the_row_and_leaves_nothing(self):
        gateway = self.make_device("BOX-GW", device_type="gateway")
        for channel in ("1", "2", "3"):
            device_id = f"BOX-{channel}"
            self.make_device(device_id, gateway_id=gateway.id, channel=channel)
        wizard = self.import_file(  # 2 and 3 swap theirs: PostgreSQL looks row by row
            "Device ID,Channel,Location,Device Type\nBOX-1,1,North,\nBOX-2,3,,\n"
            "BOX-3,2,,\nBOX-4,,,temperature\n",
            farm_id=self.farm.id,
        )
        self.assertEqual((wizard.problem_count, wizard.update_count), (0, 3))
        refused = r"Row 3 \(BOX-2\).*Another child of this gateway has this channel"
        with self.assertRaisesRegex(UserError, refused), mute_logger("odoo.sql_db"):
            wizard.action_import()
        self.assertFalse(self.find("BOX-1").location_description)
        self.assertFalse(self.find("BOX-4"))

    def test_nothing_is_half_done_when_activation_is_refused(self):
        wizard = self.import_file(FILE)
        refuse = patch.object(
            self.registry["iot.device"],
            "action_activate",
            side_effect=UserError("Not today."),
        )
        with refuse, self.assertRaisesRegex(UserError, "Not today"):
            wizard.action_import()
        self.assertFalse(self.find("BOX-1", "BOX-2", "BOX-GW"))
        self.assertFalse(self.env["iot.device.batch"].search([("name", "like", "BOX")]))

    def test_what_changed_since_the_preview_is_shown_instead_of_done(self):
        wizard = self.import_file(FILE)
        self.make_device("BOX-1", state="draft")
        action = wizard.action_import()
        self.assertEqual(action["res_model"], "iot.device.import")
        self.assertTrue(wizard.has_changed)
        self.assertEqual((wizard.create_count, wizard.update_count), (2, 1))
        self.assertFalse(self.find("BOX-2"))
        wizard.action_import()
        self.assertTrue(self.find("BOX-2"))

    def test_devices_may_stay_drafts_and_be_activated_by_the_file_later(self):
        self.import_file(FILE, target_state="draft").action_import()
        devices = self.find("BOX-1", "BOX-2", "BOX-GW")
        self.assertEqual(set(devices.mapped("state")), {"draft"})
        again = self.import_file(FILE)
        self.assertEqual((again.unchanged_count, again.move_count), (3, 3))
        again.action_import()
        self.assertEqual(set(devices.mapped("state")), {"active"})

    def test_what_a_profile_knows_is_taken_from_it(self):
        profile = self.env["iot.device.profile"].create(
            {
                "name": "Import probe",
                "device_type": "temperature",
                "manufacturer": "Acme",
                "offline_after": 777,
            }
        )
        self.import_file(
            "Device ID,Device Profile,Manufacturer\nBOX-1,import PROBE,\n"
            "BOX-2,Import probe,Other\n",
            farm_id=self.farm.id,
        ).action_import()
        one, two = self.find("BOX-1", "BOX-2").sorted("device_id")
        self.assertEqual((one.device_type, one.profile_id), ("temperature", profile))
        self.assertEqual((one.manufacturer, one.offline_after), ("Acme", 777))
        self.assertEqual(two.manufacturer, "Other")

    def test_serials_without_ids_are_repeatable(self):
        text = "Serial Number,Device Type,Farm\nS-77,gateway,TESTFARM\n"
        self.import_file(text).action_import()
        self.assertEqual(self.import_file(text).unchanged_count, 1)
        device = self.env["iot.device"].search([("serial_number", "=", "S-77")])
        self.assertEqual(len(device), 1)
        self.assertTrue(device.device_id.startswith("SD-"))

    # Who may

    def test_viewers_and_operators_do_not_import(self):
        for user in ("user", "operator"):
            with self.assertRaises(AccessError):
                self.import_file(FILE, user)

    def test_a_technician_imports_onto_farms_they_see_only(self):
        for farm in ("Private Farm", "Foreign Farm"):
            text = f"Device ID,Device Type,Farm\nBOX-1,gateway,{farm}\n"
            self.assertEqual(self.import_file(text).problem_ids.column, "Farm")
        text = "Device ID,Device Type,Farm\nBOX-1,gateway,Private Farm\n"
        self.assertEqual(self.import_file(text, "manager").create_count, 1)

    def test_what_is_on_no_farm_is_a_draft_only(self):
        for user in ("technician", "manager"):
            text = f"Device ID,Device Type\nBOX-{user},gateway\n"
            wizard = self.import_file(text, user, target_state="active")
            self.assertEqual(wizard.problem_ids.column, "Farm", user)
            self.import_file(text, user, target_state="draft").action_import()
            self.assertEqual(self.find(f"BOX-{user}").state, "draft")

    def test_a_device_of_another_farm_is_neither_changed_nor_described(self):
        self.make_device(
            "BOX-9", farm_id=self.foreign_farm.id, serial_number="S-9", name="Secret"
        )
        wizard = self.import_file(
            "Device ID,Device Type,Serial\nBOX-9,gateway,\nBOX-8,gateway,S-9\n",
            farm_id=self.farm.id,
        )
        self.assertEqual(
            [(line.row, line.column) for line in wizard.problem_ids],
            [(2, "Device ID"), (3, "Serial Number")],
        )
        told = " ".join(wizard.problem_ids.mapped("note"))
        self.assertNotIn("Secret", told)
        self.assertNotIn("Foreign", told)

    def test_nobody_reads_the_import_of_another(self):
        wizard = self.import_file(FILE)
        with self.assertRaises(AccessError):
            wizard.with_user(self.people["manager"]).read(["file"])


@tagged("post_install", "-at_install")
class TestDeviceImportFiles(HttpCase):
    def setUp(self):
        super().setUp()
        for login in ("technician", "user"):
            group = f"smartdairy_iot.group_iot_{login}"
            new_test_user(
                self.env, f"file-{login}", groups=group, password="box-of-500"
            )

    def get(self, login, path):
        self.authenticate(f"file-{login}", "box-of-500")
        return self.url_open(f"/smartdairy_iot/devices/{path}")

    def test_the_template_can_be_imported_as_it_is(self):
        response = self.get("technician", "template.csv")
        self.assertEqual(response.status_code, 200)
        header = response.content.decode("utf-8-sig").splitlines()[0]
        self.assertTrue(header.startswith("Device ID,Device Name,Device Type"))
        response = self.get("technician", "template.xlsx")
        book = openpyxl.load_workbook(io.BytesIO(response.content))
        self.assertEqual(book.sheetnames, ["Devices", "Columns"])
        labels = [cell.value for cell in book["Devices"][1]]
        explained = {row[0].value: row[1].value for row in book["Columns"].rows}
        self.assertEqual(list(explained), labels)
        self.assertTrue(all(explained.values()))
        self.assertIn("milk_meter", explained["Device Type"])

    def test_the_files_are_not_for_viewers(self):
        for path in ("template.csv", "template.xlsx", "import/1/problems.csv"):
            self.assertEqual(self.get("user", path).status_code, 403, path)

    def test_the_problems_are_downloaded_by_whose_import_it_is(self):
        user = self.env["res.users"].search([("login", "=", "file-technician")])
        wizard = (
            self.env["iot.device.import"]
            .with_user(user)
            .create({"file": "RGV2aWNlIElELEZhcm0KPTErMSxub3doZXJlCg=="})
        )
        response = self.get("technician", f"import/{wizard.id}/problems.csv")
        text = response.content.decode("utf-8-sig")
        head, first, *_more = csv.reader(io.StringIO(text))
        self.assertEqual(head, ["Row", "Column", "Problem"])
        self.assertEqual(first[:2], ["2", "Device ID"])
        self.assertTrue(first[2].startswith("“=1+1” cannot be a device ID."))
        other = self.env["iot.device.import"].create({"file": "eA=="})
        path = f"import/{other.id}/problems.csv"
        self.assertEqual(self.get("technician", path).status_code, 403)
        path = "import/99999999/problems.csv"
        self.assertEqual(self.get("technician", path).status_code, 404)
