import base64
import hashlib
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, tagged

from ..control.firmware import sign
from .control import MANAGER, SECRET, TECHNICIAN, VIEWER, ControlCase

FILE = bytes(range(256)) * 40


@tagged("post_install", "-at_install")
class FirmwareCase(ControlCase):
    def setUp(self):
        super().setUp()
        self.firmware = self.env["iot.firmware"].create(
            {
                "device_type": "temperature",
                "version": "2.1.0",
                "file": base64.b64encode(FILE),
                "file_name": "probe-2.1.0.bin",
            }
        )
        self.devices = self.env["iot.device"].union(
            *(self.make_device(f"FW-{n}") for n in range(20))
        )
        for device in self.devices:
            self.set_online(device, firmware="2.0.0")

    def make_campaign(self, **values):
        return self.env["iot.firmware.campaign"].create(
            {
                "name": "To 2.1.0",
                "firmware_id": self.firmware.id,
                "device_ids": self.devices.ids,
                **values,
            }
        )

    def start(self, **values):
        campaign = self.make_campaign(**values)
        campaign.action_start()
        self.send_due()
        return campaign

    def states(self, campaign):
        self.env.invalidate_all()
        return sorted(set(campaign.target_ids.mapped("state")))

    def offers(self):
        return [m for m in self.messages() if "firmware" in m]

    def report(self, targets, version="2.1.0"):
        for target in targets:
            self.set_online(target.device_id, firmware=version)


@tagged("post_install", "-at_install")
class TestFirmware(FirmwareCase):
    def test_a_file_has_its_checksum_and_size(self):
        self.assertEqual(self.firmware.sha256, hashlib.sha256(FILE).hexdigest())
        self.assertEqual(self.firmware.size, len(FILE))

    def test_the_first_stage_is_offered_and_nobody_else(self):
        campaign = self.start()
        (offer,) = self.offers()
        self.assertEqual(offer["firmware"]["version"], "2.1.0")
        self.assertEqual(offer["firmware"]["sha256"], self.firmware.sha256)
        self.assertEqual(offer["firmware"]["size"], len(FILE))
        self.assertEqual(campaign.target_ids.mapped("state").count("offered"), 1)
        self.assertEqual(campaign.count_all, 20)

    def test_a_device_has_applied_it_when_it_reports_it_and_the_next_stage_opens(self):
        campaign = self.start()
        target = campaign.target_ids.filtered("is_offered")
        self.env["iot.firmware.campaign"]._cron_follow()
        self.assertEqual(target.state, "offered")
        self.report(target)
        self.env["iot.firmware.campaign"]._cron_follow()
        self.assertEqual(target.state, "applied")
        self.assertEqual(campaign.stage, 2)
        self.send_due()
        self.assertEqual(campaign.target_ids.mapped("state").count("offered"), 4)

    def test_it_is_done_when_the_last_stage_has_ended(self):
        campaign = self.start(stages="100")
        self.report(campaign.target_ids)
        self.env["iot.firmware.campaign"]._cron_follow()
        self.assertEqual(campaign.state, "done")
        self.assertEqual(campaign.progress, 100)

    def test_an_offer_changes_no_setting_of_a_device_that_was_never_configured(self):
        self.devices[0].config_values = {"interval_seconds": 30}
        self.start(stages="100")
        told = {
            one.topic: message
            for one, message in zip(self.told, self.messages(), strict=True)
        }
        for device in self.devices:
            topic = f"smartdairy/sensors/temperature/{device.device_id}/config"
            own = device == self.devices[0]
            self.assertEqual(bool(told[topic]["settings"]), own)

    def test_an_offer_that_is_over_is_taken_out_of_the_retained_message(self):
        campaign = self.start(stages="100")
        target = campaign.target_ids[0]
        topic = f"smartdairy/sensors/temperature/{target.device_id.device_id}/config"
        self.assertIn("firmware", self.messages(topic)[-1])
        self.report(target)
        self.env["iot.firmware.campaign"]._cron_follow()
        self.send_due()
        self.assertNotIn("firmware", self.messages(topic)[-1])

    def test_a_failing_first_device_stops_it_and_says_so(self):
        campaign = self.start()
        target = campaign.target_ids.filtered("is_offered")
        self.refresh_devices()
        config = target.device_id.current_config_ids
        self.answer(
            {
                "hash": config.reference,
                "status": "applied",
                "firmware": {
                    "version": "2.1.0",
                    "status": "failed",
                    "reason": "checksum",
                },
            },
            target.device_id,
        )
        self.assertEqual((target.state, target.reason), ("failed", "checksum"))
        self.env["iot.firmware.campaign"]._cron_follow()
        self.assertEqual(campaign.state, "stopped")
        self.assertIn("100 %", campaign.stopped_because)
        self.assertEqual(self.states(campaign), ["failed", "skipped"])

    def test_who_reports_nothing_in_time_has_failed(self):
        campaign = self.start()
        target = campaign.target_ids.filtered("is_offered")
        target.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.env["iot.firmware.campaign"]._cron_follow()
        self.assertEqual(target.state, "failed")

    def test_stopping_takes_back_what_is_not_applied(self):
        campaign = self.start(stages="100")
        campaign.action_stop()
        self.assertEqual(self.states(campaign), ["skipped"])
        self.told.clear()
        self.send_due()
        self.assertEqual(len(self.told), 20)
        self.assertFalse(self.offers())

    def test_a_paused_campaign_opens_no_stage(self):
        campaign = self.start()
        campaign.action_pause()
        self.report(campaign.target_ids.filtered("is_offered"))
        self.env["iot.firmware.campaign"]._cron_follow()
        self.assertEqual(campaign.stage, 1)
        campaign.action_resume()
        self.assertEqual(campaign.stage, 2)

    def test_who_has_it_already_and_who_is_not_active_is_skipped(self):
        self.set_online(self.devices[0], firmware="2.1.0")
        self.devices[1].state = "inactive"
        campaign = self.start(stages="100")
        skipped = campaign.target_ids.filtered(lambda t: t.state == "skipped")
        self.assertEqual(skipped.device_id, self.devices[:2])

    def test_a_device_takes_part_in_one_campaign_at_a_time(self):
        first = self.start(stages="100")
        newer = self.env["iot.firmware"].create(
            {"device_type": "temperature", "version": "2.2", "file": b"YQ=="}
        )
        second = self.start(stages="100", firmware_id=newer.id)
        self.assertEqual(self.states(second), ["skipped"])
        self.assertEqual(self.states(first), ["offered"])

    def test_a_firmware_fits_its_type_and_profile_only(self):
        meter = self.make_device("MM-1", device_type="milk_meter")
        campaign = self.make_campaign(device_ids=(self.devices[0] | meter).ids)
        self.assertEqual(campaign.candidate_count, 1)
        with self.assertRaises(UserError):
            self.make_campaign(device_ids=meter.ids).action_start()

    def test_what_was_offered_stays_as_it_is(self):
        self.start()
        with self.assertRaises(UserError):
            self.firmware.file = base64.b64encode(b"other")
        with self.assertRaises(UserError):
            self.firmware.unlink()

    def test_stages_that_do_not_rise_and_a_filter_that_is_none_are_refused(self):
        for values in ({"stages": "50, 5"}, {"device_ids": False, "domain": "x("}):
            with self.assertRaises(ValidationError):
                self.make_campaign(**values)

    def test_campaigns_are_a_managers(self):
        campaign = self.make_campaign()
        technician = self.make_user("tech", TECHNICIAN)
        viewer = self.make_user("viewer", VIEWER)
        for user in (technician, viewer):
            self.assertEqual(campaign.with_user(user).name, "To 2.1.0")
            for act in ("action_start", "action_stop", "action_pause"):
                with self.assertRaises(AccessError):
                    getattr(campaign.with_user(user), act)()
        self.firmware.with_user(technician).notes = "Tried on my desk."
        with self.assertRaises(AccessError):
            self.firmware.with_user(viewer).notes = "Mine."
        campaign.with_user(self.make_user("boss", MANAGER)).action_start()
        self.assertEqual(campaign.state, "running")

    def test_a_shared_firmware_is_offered_by_each_company_to_its_own_devices(self):
        """Else any company's manager could stop what another one rolls out."""
        other = self.env["res.company"].create({"name": "Another Dairy"})
        ours = self.make_user("ours", MANAGER)
        theirs = self.make_user("theirs", MANAGER)
        theirs.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        farm = self.env["farm.farm"].create({"name": "Far", "company_id": other.id})
        far = self.make_device("FW-FAR", farm_id=farm.id)
        campaigns = self.env["iot.firmware.campaign"]
        values = {"name": "To 2.1.0", "firmware_id": self.firmware.id}
        mine = campaigns.with_user(ours).create(values)
        self.assertEqual(mine.company_id, self.env.company)
        self.assertNotIn(far, mine.sudo()._find_devices())
        mine.action_start()
        with self.assertRaises(AccessError):
            mine.with_user(theirs).action_stop()
        with self.assertRaises(AccessError):
            mine.company_id = other
        shared = self.make_campaign()
        self.assertFalse(shared.company_id)
        for user in (ours, theirs):
            with self.assertRaises(AccessError):
                shared.with_user(user).action_stop()

    def test_devices_are_found_and_grouped_by_the_firmware_they_report(self):
        self.set_online(self.devices[0], firmware="2.1.0")
        device = self.env["iot.device"]
        mine = [("id", "in", self.devices.ids)]
        newer = device.search([*mine, ("firmware_version", "=", "2.1.0")])
        self.assertEqual(newer, self.devices[0])
        self.assertEqual(
            device._read_group(mine, ["firmware_version"], ["__count"]),
            [("2.0.0", 19), ("2.1.0", 1)],
        )
        self.assertTrue(
            device.fields_get(["firmware_version"])["firmware_version"]["groupable"]
        )
        self.assertFalse(device.search([*mine, ("firmware_version", "=", False)]))

    def test_nobody_says_what_the_checksum_of_a_file_is(self):
        for group in (TECHNICIAN, MANAGER):
            firmware = self.firmware.with_user(self.make_user(f"fw {group}", group))
            for vals in ({"sha256": "0" * 64}, {"size": 1}):
                with self.assertRaises(AccessError):
                    firmware.write(vals)
                with self.assertRaises(AccessError):
                    firmware.create({"device_type": "gateway", "version": "1"} | vals)
        self.assertEqual(self.firmware.sha256, hashlib.sha256(FILE).hexdigest())

    def test_a_campaign_begins_and_ends_by_its_buttons_only(self):
        manager = self.make_user("fw manager", MANAGER)
        campaign = self.make_campaign().with_user(manager)
        for vals in ({"state": "running"}, {"stage": 3}, {"stopped_because": "x"}):
            with self.assertRaises(AccessError):
                campaign.write(vals)
            with self.assertRaises(AccessError):
                campaign.create({"name": "x", "firmware_id": self.firmware.id} | vals)
        campaign.action_start()
        campaign.action_pause()
        campaign.action_resume()
        campaign.action_stop()
        self.assertEqual(campaign.state, "stopped")

    def test_a_campaign_that_runs_offers_what_it_was_started_with(self):
        other = self.firmware.copy({"version": "6.6.6", "file": b"AAAA"})
        campaign = self.start()
        for vals in (
            {"firmware_id": other.id},
            {"device_ids": self.devices[:1].ids},
            {"domain": "[]"},
            {"stages": "100"},
        ):
            with self.assertRaisesRegex(UserError, "was started already"):
                campaign.write(vals)
        campaign.name = "Renamed"  # which is no matter of devices


@tagged("post_install", "-at_install")
class TestFirmwareDownload(FirmwareCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.campaign = self.start(stages="100")
        self.target = self.campaign.target_ids[0]
        self.expires = int(self.target.expires_at.timestamp()) + 3600
        self.path = self.target._to_offer()["url"].removeprefix(
            self.target.get_base_url()
        )

    def get(self, path, **headers):
        return self.url_open(path, headers=headers)

    def test_the_device_fetches_its_file_and_is_seen_to(self):
        answer = self.get(self.path)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content, FILE)
        self.assertEqual(answer.headers["Content-Type"], "application/octet-stream")
        self.assertEqual(answer.headers["ETag"].strip('"'), self.firmware.sha256)
        self.assertNotIn("session_id", answer.cookies)
        self.env.invalidate_all()
        self.assertEqual(self.target.state, "downloading")

    def test_a_download_that_broke_off_goes_on_where_it_was(self):
        answer = self.get(self.path, Range="bytes=10000-")
        self.assertEqual(answer.status_code, 206)
        self.assertEqual(answer.content, FILE[10000:])

    def test_any_other_url_finds_nothing(self):
        other = self.campaign.target_ids[1]
        parts = self.path.split("/")
        seconds, signature = int(parts[-2]), parts[-1]
        start = "/smartdairy_iot/firmware"
        past = seconds - 90 * 86400
        expired = sign(SECRET, self.target.id, self.target.device_id.device_id, past)
        for path in (
            f"{start}/{self.target.id}/{seconds}/{'0' * 64}",
            f"{start}/{other.id}/{seconds}/{signature}",
            f"{start}/{self.target.id}/{seconds + 1}/{signature}",
            f"{start}/{self.target.id}/{past}/{expired}",
            f"{start}/999999999/{seconds}/{signature}",
        ):
            self.assertEqual(self.get(path).status_code, 404, path)
        self.env.invalidate_all()
        self.assertEqual(self.target.state, "offered")

    def test_a_retired_device_gets_nothing(self):
        self.target.device_id.state = "retired"
        self.assertEqual(self.get(self.path).status_code, 404)

    def test_a_stopped_campaign_gives_nothing_away(self):
        self.campaign.action_stop()
        self.assertEqual(self.get(self.path).status_code, 404)
