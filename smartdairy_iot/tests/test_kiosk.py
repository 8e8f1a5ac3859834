"""A screen on the wall: what its link shows, and all that it does not."""

from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..models.iot_kiosk_show import READS, READS_OF
from .common import IotCase


class KioskCase(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls.make_user("kiosk_boss", "smartdairy_iot.group_iot_manager")
        cls.other_farm = cls.env["farm.farm"].create({"name": "Secret", "tz": "UTC"})
        cls.other_sensor = cls.make_device("SECRET-1", farm_id=cls.other_farm.id)
        for farm in cls.farm | cls.other_farm:
            cls.env["farm.tank"].create({"name": f"T {farm.name}", "farm_id": farm.id})
        cls.kiosk = (
            cls.env["iot.kiosk"]
            .with_user(cls.manager)
            .create({"name": "Wall", "farm_ids": cls.farm.ids})
        )
        cls.token = cls.make_link()

    @classmethod
    def make_link(cls):
        action = cls.kiosk.action_issue()
        return action["context"]["default_link"].partition("#")[2]

    def answer(self, token=None, read=None, of=None):
        public = self.env["iot.kiosk"].with_user(self.env.ref("base.public_user"))
        self.env.invalidate_all()
        return public._answer(self.token if token is None else token, read, of)

    def channels(self, *asked):
        public = self.env.ref("base.public_user")
        websocket = self.env["ir.websocket"].with_user(public)
        return websocket._kiosk_channels(list(asked))


@tagged("post_install", "-at_install")
class TestKiosk(KioskCase):
    def test_the_link_shows_its_farm_and_no_other(self):
        board = self.answer(read="live")["data"]
        self.assertEqual([farm["id"] for farm in board["farms"]], self.farm.ids)
        self.assertIn("TEST-1", str(board))
        for read in READS:
            data = self.answer(read=read)["data"]
            self.assertNotIn("SECRET-1", str(data))
            self.assertNotIn("Secret", str(data))

    def test_nothing_but_the_listed_reads_is_answered(self):
        for read in ("unlink", "_to_live_tiles", "watch_live", "write", ""):
            self.assertEqual(self.answer(read=read), {"refused": "read"})

    def test_nobody_lets_a_screen_see_what_somebody_else_sees(self):
        self.kiosk.write({"user_id": self.env.ref("base.user_admin").id})
        self.assertEqual(self.kiosk.user_id, self.manager)

    def test_a_screen_is_told_when_a_view_comes_changes_or_goes(self):
        view = {"kiosk_id": self.kiosk.id, "view": "live"}
        told = []
        with patch.object(type(self.kiosk), "_tell", lambda kiosk: told.append(kiosk)):
            view = self.env["iot.kiosk.view"].create(view)
            view.seconds = 60
            view.unlink()
        self.assertEqual(told, [self.kiosk] * 3)

    def test_a_view_moves_to_no_screen_of_another_company(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        farm = self.env["farm.farm"].create(
            {"name": "Far", "tz": "UTC", "company_id": company.id}
        )
        self.env.user.company_ids |= company
        kiosks = self.env["iot.kiosk"].with_context(allowed_company_ids=company.ids)
        foreign = kiosks.create(
            {"name": "Theirs", "farm_ids": farm.ids, "company_id": company.id}
        )
        line = self.kiosk.view_ids[0].with_user(self.manager)
        with self.assertRaises(AccessError):
            line.write({"kiosk_id": foreign.id})

    def test_lines_and_curves_are_of_its_own_farm_only(self):
        """It may ask for any id: what is of another farm is not there."""
        own = self.env["farm.tank"].search([("farm_id", "=", self.farm.id)])
        foreign = self.env["farm.tank"].search([("farm_id", "=", self.other_farm.id)])
        self.assertTrue(self.answer(read="cooling_curve", of=own[:1].ids)["data"])
        self.assertFalse(self.answer(read="cooling_curve", of=foreign.ids)["data"])
        asked = []
        farms = self.env.registry["farm.farm"]
        with patch.object(
            farms, "get_live_trends", lambda _self, ids: asked.append(ids)
        ):
            devices = self.sensor | self.other_sensor
            self.answer(read="trends", of=devices.ids)
        self.assertEqual(asked, [self.sensor.ids])

    def test_what_is_no_list_of_ids_is_refused(self):
        for of in (None, "1", ["1"], [True], [-1], [2**31], [[1]], list(range(999))):
            for read in READS_OF:
                refused = self.answer(read=read, of=of)
                self.assertEqual(refused, {"refused": "read"}, of)

    def test_what_is_the_name_of_no_read_is_refused(self):
        for read in ("write", "_farms", "", ["live"], {"live": 1}, 7, True):
            self.assertEqual(self.answer(read=read), {"refused": "read"}, read)

    def test_a_link_without_an_end_holds_for_years(self):
        with freeze_time(fields.Datetime.now() + timedelta(days=1000)):
            self.assertEqual(self.answer()["kiosk"]["name"], "Wall")

    def test_the_milk_of_today_begins_anew_at_the_midnight_of_its_farm(self):
        """On a day of 23 hours, too: clocks go forward in Berlin on 29 March 2026."""
        self.farm.tz = "Europe/Berlin"
        meter = self.make_device("MILK-WALL", device_type="milk_meter")
        self.env["iot.milking.session"].sudo().create(
            {
                "device_id": meter.id,
                "farm_id": self.farm.id,
                "start": "2026-03-29 20:00:00",
                "end": "2026-03-29 20:05:00",
                "day": "2026-03-29",
                "liters": 12.0,
                "state": "closed",
            }
        )
        for now, liters in (("21:59:59", 12.0), ("22:00:01", 0.0)):
            with freeze_time(f"2026-03-29 {now}"):
                (farm,) = self.answer(read="milking")["data"]
            self.assertEqual(farm["today"]["liters"], liters)

    def test_many_farms_cost_no_more_queries_than_one(self):
        """A wall asks every fifteen seconds."""
        now = fields.Datetime.now()
        names = [f"Milked {number}" for number in range(5)]
        farms = self.env["farm.farm"].create([{"name": n, "tz": "UTC"} for n in names])
        for liters, farm in enumerate(farms, start=1):
            kind = {"device_type": "milk_meter", "farm_id": farm.id}
            meter = self.make_device(f"MILK-{liters}", **kind)
            values = {"device_id": meter.id, "farm_id": farm.id, "liters": liters}
            self.env["iot.milking.session"].sudo().create(
                values
                | {"start": now, "end": now, "day": now.date(), "state": "closed"}
            )

        def queries(some):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            shown = some._to_kiosk_milking()
            self.assertEqual(
                [
                    (row["name"], len(row["meters"]), row["today"]["liters"])
                    for row in shown
                ],
                [(f.name, 1, n) for n, f in enumerate(farms, start=1) if f in some],
            )
            return self.env.cr.sql_log_count - before

        queries(farms[:1])  # caches of the registry
        self.assertEqual(queries(farms[:1]), queries(farms))

    def test_a_wrong_token_learns_nothing(self):
        for token in ("", "x", self.token[:-1], self.token + "a", "a" * 5000, 7, None):
            found = self.env["iot.kiosk"]._answer(token)
            self.assertEqual(found, {"refused": "unknown"})

    def test_only_a_hash_is_kept_and_nobody_reads_it(self):
        kept = self.kiosk.sudo().hashed
        self.assertNotIn(self.token, str(self.kiosk.sudo().read()))
        self.assertEqual(len(kept), 64)
        with self.assertRaises(AccessError):
            self.kiosk.read(["hashed"])

    def test_an_expired_link_shows_nothing(self):
        self.kiosk.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.assertEqual(self.answer(read="live"), {"refused": "expired"})

    def test_a_revoked_link_shows_nothing(self):
        self.kiosk.action_revoke()
        self.assertEqual(self.answer(read="live"), {"refused": "revoked"})
        self.assertEqual(self.kiosk.revoked_by, self.manager)

    def test_a_new_link_ends_the_old_one(self):
        old, self.token = self.token, self.make_link()
        self.assertEqual(self.answer(old), {"refused": "unknown"})
        self.assertEqual(self.answer()["kiosk"]["name"], "Wall")

    def test_a_kiosk_sees_no_more_than_who_set_it_up(self):
        self.manager.group_ids = self.env.ref("base.group_user")
        self.assertEqual(self.answer(read="live"), {"refused": "closed"})

    def test_a_farm_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.other_farm.company_id = company
        with self.assertRaises(AccessError):
            self.kiosk.farm_ids += self.other_farm

    def test_who_chooses_the_farms_vouches_for_them(self):
        other = self.make_user("kiosk_boss2", "smartdairy_iot.group_iot_manager")
        self.kiosk.with_user(other).farm_ids = self.other_farm
        self.assertEqual(self.kiosk.user_id, other)
        with self.assertRaises(ValidationError):
            self.kiosk.farm_ids = False

    def test_only_managers_see_and_make_links(self):
        technician = self.make_user("kiosk_tech", "smartdairy_iot.group_iot_technician")
        for act in ("read", "action_issue", "action_revoke"):
            with self.assertRaises(AccessError):
                getattr(self.kiosk.with_user(technician), act)()

    def test_a_screen_that_is_on_is_seen_and_wakes_its_farm(self):
        public = self.env["iot.kiosk"].with_user(self.env.ref("base.public_user"))
        public._watch(self.token, "192.0.2.7")
        self.env.invalidate_all()
        self.assertEqual(self.kiosk.last_address, "192.0.2.7")
        self.assertTrue(self.kiosk.is_showing)
        watched = self.env["iot.live.watch"]._watched_farm_ids()
        self.assertIn(self.farm.id, watched)
        self.assertNotIn(self.other_farm.id, watched)

    def test_a_websocket_gets_the_farms_of_its_link_and_no_others(self):
        found = self.channels(f"iot.kiosk_{self.token}", "iot.kiosk_wrong", "else")
        given = [channel for channel in found if not isinstance(channel, str)]
        self.assertEqual(given, [self.kiosk, self.farm, (self.farm, "readings")])
        self.assertEqual([c for c in found if isinstance(c, str)], ["else"])

    def test_an_open_websocket_loses_its_farms_with_the_link(self):
        database = self.env.cr.dbname
        channels = [
            (database, "iot.kiosk", self.kiosk.id),
            (database, "farm.farm", self.farm.id),
            (database, "farm.farm", self.farm.id, "readings"),
            (database, "broadcast"),
        ]
        bus = self.env(user=self.env.ref("base.public_user"))["iot.kiosk"]
        self.assertEqual(bus._allowed_channels(channels), channels)
        self.kiosk.action_revoke()
        self.env.invalidate_all()
        self.assertEqual(bus._allowed_channels(channels), [channels[0], channels[3]])

    @mute_logger("odoo.sql_db")
    def test_a_view_has_a_sensible_time(self):
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.kiosk.view_ids[0].seconds = 1
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestKioskPage(HttpCase, KioskCase):
    def ask(self, path, **params):
        answer = self.url_open(f"/iot/kiosk/{path}", json={"params": params})
        return answer.json()["result"]

    def test_the_page_needs_no_login_and_names_no_token(self):
        page = self.url_open("/iot/kiosk")
        self.assertEqual(page.status_code, 200)
        self.assertIn("no-store", page.headers["Cache-Control"])
        self.assertIn("frame-ancestors 'none'", page.headers["Content-Security-Policy"])
        self.assertEqual(self.ask("open", token=self.token)["kiosk"]["name"], "Wall")
        self.assertEqual(self.ask("open", token="guess"), {"refused": "unknown"})
        self.assertIn("assets", self.ask("watch", token=self.token))
        self.assertEqual(self.ask("watch", token="guess"), {"refused": "unknown"})

    def test_the_link_opens_nothing_else_of_odoo(self):
        body = {"params": {"model": "farm.farm", "method": "read", "args": [[1]]}}
        body["params"] |= {"kwargs": {}, "token": self.token}
        answer = self.url_open("/web/dataset/call_kw/farm.farm/read", json=body)
        self.assertIn("error", answer.json())
