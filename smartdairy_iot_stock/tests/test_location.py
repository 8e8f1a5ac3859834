from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tools import mute_logger

VIEWER = "smartdairy_iot.group_iot_user"
TECHNICIAN = "smartdairy_iot.group_iot_technician"


@tagged("post_install", "-at_install")
class TestLocation(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.location("Cold store")
        cls.shelf = cls.location("Shelf 1", location_id=cls.store.id)
        cls.farm = cls.env["farm.farm"].create({"name": "Farm", "tz": "UTC"})
        cls.device = cls.env["iot.device"].create(
            {
                "name": "Probe",
                "device_id": "STOCK-1",
                "device_type": "temperature",
                "farm_id": cls.farm.id,
                "location_id": cls.shelf.id,
            }
        )
        cls.tank = cls.env["farm.tank"].create(
            {"name": "Tank", "farm_id": cls.farm.id, "location_id": cls.store.id}
        )

    @classmethod
    def location(cls, name, **vals):
        return cls.env["stock.location"].create(
            {
                "name": name,
                "usage": "internal",
                "company_id": cls.env.company.id,
                **vals,
            }
        )

    def person(self, *groups, **vals):
        return self.env["res.users"].create(
            {
                "name": "Somebody",
                "login": "somebody",
                "group_ids": [self.env.ref(group).id for group in groups],
                **vals,
            }
        )

    def test_a_location_counts_the_devices_within(self):
        self.assertEqual((self.shelf.device_count, self.store.device_count), (1, 1))
        self.assertEqual(self.location("Elsewhere").device_count, 0)
        found = self.env["iot.device"].search(
            self.store.action_view_devices()["domain"]
        )
        self.assertEqual(found, self.device)
        self.assertEqual(self.store.tank_ids, self.tank)

    def test_a_location_that_is_entered_has_no_devices_yet(self):
        form = Form(self.env["stock.location"])
        self.assertEqual(form.device_count, 0)

    def test_what_belongs_to_another_company_cannot_stand_there(self):
        other = self.env["res.company"].create({"name": "Other Dairy"})
        theirs = self.location("Theirs", company_id=other.id)
        for record in (self.device, self.tank):
            with self.assertRaisesRegex(ValidationError, "Theirs of Other Dairy"):
                record.location_id = theirs
        self.location("Of all", company_id=False)
        shared = self.location("Shared", company_id=False)
        self.device.location_id = shared
        self.assertEqual(self.device.location_id, shared)

    @mute_logger("odoo.sql_db")
    def test_a_location_with_a_device_is_not_deleted(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.shelf.unlink()

    def test_moving_a_device_is_a_line_in_its_chatter(self):
        self.env.flush_all()
        self.env.cr.flush()
        self.device.location_id = self.store
        self.env.flush_all()
        self.env.cr.flush()
        line = self.device.message_ids[0].sudo().tracking_value_ids
        self.assertIn("Shelf 1", line.old_value_char)

    def test_a_viewer_without_inventory_sees_where_a_device_stands(self):
        viewer = self.person(VIEWER)
        (seen,) = self.device.with_user(viewer).web_read(
            {"location_id": {"fields": {"display_name": {}}}}
        )
        self.assertIn("Shelf 1", seen["location_id"]["display_name"])
        with self.assertRaises(AccessError):
            self.device.with_user(viewer).location_id = self.store
        with self.assertRaises(AccessError):
            self.shelf.with_user(viewer).name = "Mine"

    def test_a_viewer_counts_the_devices_that_one_may_see(self):
        viewer = self.person(VIEWER)
        self.assertEqual(self.shelf.with_user(viewer).device_count, 1)
        self.farm.user_ids = self.env.user
        self.env.invalidate_all()
        self.assertEqual(self.shelf.with_user(viewer).device_count, 0)

    def test_who_has_nothing_to_do_with_devices_uses_locations_as_before(self):
        clerk = self.person("stock.group_stock_manager")
        shelf = self.shelf.with_user(clerk)
        with self.assertRaises(AccessError):
            shelf.read(["device_count"])
        with Form(shelf) as form:
            form.name = "Shelf 2"
        self.assertEqual(self.shelf.name, "Shelf 2")
        self.location("Left alone").with_user(clerk).unlink()
