from lxml import etree

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import IotCase


@tagged("post_install", "-at_install")
class TestConfigSettings(IotCase):
    def setUp(self):
        super().setUp()
        self.kept = self.env.ref("smartdairy_iot.iot_retention_sensor")

    def save(self, kept, **vals):
        settings = self.env["res.config.settings"].create(
            {"iot_retention_ids": [Command.update(kept.id, vals)]}
        )
        settings.execute()

    def test_the_store_is_told_with_its_size(self):
        settings = Form(self.env["res.config.settings"])
        self.assertRegex(settings.iot_store_name, r"PostgreSQL [0-9.]+, without Timesc")
        self.assertEqual(settings.iot_store_where, self.env.cr.dbname)
        self.assertRegex(settings.iot_store_size, "^[0-9.]+ [KMG]B$")
        self.assertFalse(settings.iot_store_problem)
        self.assertIn("iot_archive", settings.iot_archive_folder)

    def test_more_readings_are_a_larger_store(self):
        before = self.env["iot.store"]._status().size
        self.env["iot.store"]._insert(
            [self.sample(3.0, device_id=f"SIZE-{number}") for number in range(2000)]
        )
        self.assertGreater(self.env["iot.store"]._status().size, before + 50_000)

    def test_no_button_there_stores_what_nobody_saved(self):
        """Without Odoo's question, whatever stands in the form is in force at once."""
        arch = self.env["res.config.settings"].get_view(view_type="form")["arch"]
        (app,) = etree.fromstring(arch).xpath("//app[@name='smartdairy_iot']")
        self.assertGreater(len(app.xpath(".//button[@type='object']")), 3)
        self.assertFalse(app.xpath(".//button[@noSaveDialog]"))

    def test_retention_is_set_there(self):
        self.save(self.kept, days=120)
        self.assertEqual(self.kept.days, 120)

    def test_the_legal_minimum_holds_there_as_well(self):
        temperature = self.env.ref("smartdairy_iot.iot_retention_temperature")
        with self.assertRaisesRegex(ValidationError, "six months"):
            self.save(temperature, days=90)
        self.save(temperature, days=90, is_shorter_confirmed=True)

    def test_who_administers_odoo_and_not_the_dairy_saves_other_settings(self):
        system = new_test_user(self.env, "system", "base.group_system")
        settings = Form(self.env["res.config.settings"].with_user(system))
        self.assertNotIn("iot_store_name", settings._view["fields"])
        settings.save().execute()
