from datetime import timedelta

from lxml import etree
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..ingest.message import Fault
from .common import NOW, IotCase


@tagged("post_install", "-at_install")
class TestDeviceRegistry(IotCase):
    def test_a_device_with_readings_is_not_deleted(self):
        self.env["iot.store"]._insert([self.sample(3.8)])
        with self.assertRaisesRegex(UserError, "TEST-1 has readings.*Retire"):
            self.sensor.unlink()
        self.assertTrue(self.sensor.exists())

    def test_a_device_with_nothing_but_faults_has_readings_too(self):
        self.env["iot.store"]._insert(
            [self.sample(85.0, faults={"temperature": Fault.PROBE_ERROR})]
        )
        with self.assertRaisesRegex(UserError, "has readings"):
            self.sensor.unlink()

    def test_a_device_whose_readings_were_dropped_has_readings_still(self):
        self.env["iot.store"]._insert([self.sample(3.8)])
        self.env["iot.store"]._refresh_rollups()
        self.rows("DELETE FROM temperature_readings RETURNING device_id")
        with self.assertRaisesRegex(UserError, "has readings"):
            self.sensor.unlink()

    def test_a_device_without_readings_and_alerts_is_deleted(self):
        other = self.make_device("TEST-2")
        self.env["iot.store"]._insert([self.sample(3.8)])
        other.unlink()
        self.assertFalse(other.exists())

    def test_a_device_with_alerts_is_not_deleted(self):
        self.make_alert()
        with self.assertRaisesRegex(UserError, "TEST-1 has alerts.*Retire"):
            self.sensor.unlink()

    def test_readings_are_counted_for_a_page_in_one_call(self):
        other = self.make_device("TEST-2")
        times = [NOW + timedelta(seconds=n) for n in range(3)]
        self.env["iot.store"]._insert([self.sample(3.8, at=at) for at in times])
        devices = self.sensor | other
        self.assertEqual(devices.mapped("reading_count"), [3, 0])

    @mute_logger("odoo.sql_db")
    def test_a_page_of_the_list_asks_no_more_for_many_than_for_few(self):
        devices = self.env["iot.device"].union(
            *(self.make_device(f"PAGE-{n}") for n in range(40))
        )
        devices._queue_config(is_asked=True)
        self.env["iot.device.state"].create(
            [
                {"device_id": device.id, "fault": "stuck_temperature"}
                for device in devices
            ]
        )
        arch = etree.fromstring(devices.get_view(view_type="list")["arch"])
        names = {node.get("name") for node in arch.iter("field")}
        spec = {name: {} for name in names if name in devices._fields}

        def count(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.web_read(spec)
            return self.env.cr.sql_log_count - before

        count(devices)  # fills the caches
        self.assertLessEqual(count(devices), count(devices[:5]))

    def test_a_place_that_is_not_on_earth_is_refused(self):
        for vals in ({"latitude": 91.0}, {"longitude": -180.5}):
            for record in (self.sensor, self.farm):
                with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                    record.write(vals)
                    self.env.flush_all()
                self.env.invalidate_all()

    def test_the_certificates_day_is_the_one_of_its_end(self):
        self.assertFalse(self.sensor.certificate_expiry)
        self.sensor.certificate_expires_at = "2027-03-01 12:00:00"
        self.assertEqual(str(self.sensor.certificate_expiry), "2027-03-01")

    # Tags -------------------------------------------------------------------------

    def tag(self, name="Borrowed", **vals):
        return self.env["iot.device.tag"].create({"name": name, **vals})

    def test_devices_are_found_by_their_tag(self):
        tag = self.tag()
        self.sensor.tag_ids = [Command.link(tag.id)]
        found = self.env["iot.device"].search([("tag_ids", "=", "Borrowed")])
        self.assertEqual(found, self.sensor)

    @mute_logger("odoo.sql_db")
    def test_a_tag_exists_once_in_a_company(self):
        self.tag()
        self.tag(company_id=self.env.company.id)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.tag()

    def test_a_technician_makes_tags_and_a_manager_deletes_them(self):
        viewer = self.make_user("viewer", "smartdairy_iot.group_iot_operator")
        technician = self.make_user("tech", "smartdairy_iot.group_iot_technician")
        manager = self.make_user("boss", "smartdairy_iot.group_iot_manager")
        tag = self.tag().with_user(viewer)
        self.assertEqual(tag.name, "Borrowed")
        with self.assertRaises(AccessError):
            tag.name = "Mine"
        tag.with_user(technician).name = "Ours"
        with self.assertRaises(AccessError):
            tag.with_user(technician).unlink()
        tag.with_user(manager).unlink()

    def test_the_tags_of_another_company_are_not_seen(self):
        other = self.env["res.company"].create({"name": "Other Dairy"})
        tag = self.tag(company_id=other.id)
        viewer = self.make_user("viewer", "smartdairy_iot.group_iot_user")
        with self.assertRaises(AccessError):
            tag.with_user(viewer).read(["name"])

    # The search panel -------------------------------------------------------------

    def panel(self, name, **how):
        devices = self.env["iot.device"]
        ours = [("farm_id", "=", self.farm.id)]
        ask = devices.search_panel_select_multi_range
        found = ask(name, enable_counters=True, search_domain=ours, **how)["values"]
        counts = {row["display_name"]: row["__count"] for row in found}
        return {name: count for name, count in counts.items() if count}

    def test_the_search_panel_counts_by_status_type_and_tag(self):
        self.make_device("GW-1", device_type="gateway", state="maintenance")
        self.sensor.tag_ids = [Command.link(self.tag("Unheard of").id)]
        self.env.flush_all()
        self.assertEqual(self.panel("state"), {"Active": 1, "Maintenance": 1})
        types = {"Temperature Sensor": 1, "IoT Gateway": 1}
        self.assertEqual(self.panel("device_type"), types)
        self.assertEqual(self.panel("tag_ids"), {"Unheard of": 1})

    def test_the_kanban_has_a_column_for_each_status(self):
        groups = (
            self.env["iot.device"]
            .with_context(read_group_expand=True)
            .web_read_group([("farm_id", "=", self.farm.id)], ["state"], ["__count"])[
                "groups"
            ]
        )
        states = [group["state"] for group in groups]
        expected = ["draft", "registered", "active", "inactive", "maintenance"]
        self.assertEqual(states, [*expected, "retired"])
