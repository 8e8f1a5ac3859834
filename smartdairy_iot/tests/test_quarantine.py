import json
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..ingest import quarantine
from ..models import iot_discovered_device, iot_quarantined_message
from .common import NOW
from .quarantine import QuarantineCase


@tagged("post_install", "-at_install")
class TestQuarantine(QuarantineCase):
    # Kept, and bounded ----------------------------------------------------------------

    def test_an_unknown_device_is_discovered_with_what_it_sent(self):
        self.quarantine._record(self.readings(3))
        found = self.found()
        self.assertEqual((found.count, found.kept), (3, 3))
        self.assertEqual(
            (found.device_type, found.state), ("temperature", "discovered")
        )
        self.assertEqual(found.topic, "smartdairy/sensors/temperature/TEMP-9/data")
        self.assertEqual(json.loads(found.payload_pretty), {"temperature": 5})
        received = found.message_ids.mapped("received_at")
        self.assertEqual([at.microsecond for at in received], [2, 1, 0])
        self.assertEqual(self.rejected(), [])

    def test_of_each_device_the_newest_thousand_messages_are_kept(self):
        self.quarantine._record(self.readings(700))
        self.quarantine._record(self.readings(700, first=NOW + timedelta(hours=1)))
        found = self.found()
        self.assertEqual((found.count, found.kept), (1400, 1000))
        oldest = min(found.message_ids.mapped("received_at"))
        self.assertEqual(oldest.replace(microsecond=0).minute, 400 // 60)

    def test_what_a_batch_pushes_out_again_is_never_inserted(self):
        self.quarantine._record(self.readings(2000))
        found = self.found()
        self.assertEqual((found.count, found.kept), (2000, 1000))
        ids = found.message_ids.ids
        self.assertEqual(max(ids) - min(ids), 999)

    def test_long_messages_take_the_place_of_several(self):
        long = {"temperature": 3, "note": "x" * 60_000}
        self.quarantine._record([self.stranger(long) for _ in range(100)])
        self.assertEqual(self.found().kept, 1000 // 15 + 1)
        self.assertLessEqual(len(self.found().payload), 2000)

    def test_too_many_unknown_devices_are_rejected_messages_as_before(self):
        many = [self.stranger({"temperature": 3}, ref=f"X-{n}") for n in range(6)]
        with patch.object(iot_discovered_device, "MAX_DEVICES", 4):
            self.assertEqual(self.quarantine._record(many), 2)
            self.assertEqual(self.quarantine._record(many), 2, "the first are known")
            self.found("X-0").action_ignore()
            self.assertEqual(self.quarantine._record(many), 1, "ignored: room for one")
        rejected = self.env["iot.rejected.message"].search([], order="topic")
        self.assertEqual(set(rejected.mapped("reason")), {"unknown_device"})
        self.assertEqual(rejected.mapped("count"), [2, 3])

    def test_exactly_those_recorded_as_rejected_are_turned_away(self):
        self.quarantine._record(self.readings(1, "IGNORED"))
        self.found("IGNORED").action_ignore()
        strangers = [
            *self.readings(3, "IGNORED"),
            *self.readings(1200),  # 200 of them are pushed out by the others
            *self.readings(5, ""),
            self.child(gateway="GONE"),
            *self.readings(7, "NO-ROOM"),
        ]
        with patch.object(iot_discovered_device, "MAX_DEVICES", 1):
            self.assertEqual(self.quarantine._record(strangers), 5 + 1 + 7)
        rejected = self.env["iot.rejected.message"].search([])
        self.assertEqual(sum(rejected.mapped("count")), 5 + 1 + 7)
        self.assertEqual(self.found().count, 1200)
        self.assertEqual(self.quarantine._record([]), 0)

    def test_a_name_that_no_column_can_hold_is_a_rejected_message(self):
        for ref in ("", "\0", "\ud800", "x" * 200):
            self.assertFalse(quarantine.is_usable(ref))
            topic = "smartdairy/gateway/GW/data"
            self.quarantine._record([self.stranger({}, ref=ref, topic=topic)])
        self.assertEqual(self.rejected(), [("unknown_device", 4)])

    # Redelivered ----------------------------------------------------------------------

    def again(self, payload, **delay):
        at = NOW + timedelta(**delay)
        return self.stranger(payload, at, redelivered=True)

    def test_what_the_broker_sends_again_is_kept_once(self):
        self.assertEqual(self.quarantine._record(self.readings(3)), 0)
        copies = [self.again({"temperature": value}, seconds=30) for value in (3, 4, 5)]
        self.assertEqual(self.quarantine._record(copies), 0)
        self.assertEqual((self.found().count, self.found().kept), (3, 3))
        self.assertEqual(self.rejected(), [])

    def test_what_the_broker_sends_again_and_is_not_kept_is_kept_now(self):
        self.quarantine._record(self.readings(1))
        self.quarantine._record([self.again({"temperature": 9}, seconds=30)])
        self.quarantine._record([self.again({"temperature": 3}, hours=2)])
        self.assertEqual(self.found().kept, 3, "the same words hours later are new")

    def test_a_constant_value_is_no_copy_of_itself(self):
        for second in range(3):
            at = NOW + timedelta(seconds=second)
            self.quarantine._record([self.stranger({"temperature": 3}, at)])
        self.assertEqual(self.found().kept, 3)

    def test_a_redelivered_message_with_an_unusable_name_is_turned_away(self):
        came = self.stranger({"temperature": 3}, ref="\0", redelivered=True)
        self.assertEqual(self.quarantine._record([came]), 1)

    # Decided --------------------------------------------------------------------------

    def test_what_many_children_of_one_long_message_take_is_bounded(self):
        """Each keeps all of it: 60 KB with a thousand children would be 60 MB."""
        self.make_device("GW-9", device_type="gateway")
        long = {"filler": "x" * 60_000, "temperature": 3}
        children = [
            self.stranger(long, ref=f"C-{n}", gateway_id="GW-9", topic="gateway")
            for n in range(200)
        ]
        turned_away = self.quarantine._record(children)
        kept = self.quarantine.search_count([])
        self.assertEqual(kept, quarantine.MAX_BYTES // len(children[0].payload))
        self.assertEqual(turned_away, 200 - kept)
        self.assertEqual(self.rejected(), [("unknown_device", turned_away)])
        self.assertEqual(self.discovered.search_count([]), 200, "all can be registered")

    def test_an_ignored_device_is_counted_and_not_kept(self):
        self.quarantine._record(self.readings(2))
        self.found().action_ignore()
        self.quarantine._record(self.readings(3))
        found = self.found()
        self.assertEqual((found.state, found.count, found.kept), ("ignored", 5, 2))
        self.assertNotIn(found, self.discovered.search([("state", "=", "discovered")]))
        self.assertIn(found, self.discovered.search([("state", "!=", "discovered")]))
        self.quarantine._gc_quarantined()
        self.assertEqual(found.kept, 0, "what it sent before is dropped within a day")
        found.action_stop_ignoring()
        self.quarantine._record(self.readings(3))
        self.assertEqual((found.state, found.kept), ("discovered", 3))

    def test_after_thirty_days_nothing_is_left(self):
        now = self.env.cr.now().replace(tzinfo=NOW.tzinfo)
        old = now - timedelta(days=31)
        self.quarantine._record([self.stranger({"temperature": 3}, old, "OLD")])
        self.quarantine._record([self.stranger({"temperature": 3}, old)])
        self.quarantine._record([self.stranger({"temperature": 3}, now)])
        self.quarantine._gc_quarantined()
        self.discovered._gc_silent()
        self.assertFalse(self.found("OLD"))
        self.assertEqual(self.found().kept, 1)

    def test_deleting_a_discovered_device_deletes_its_messages(self):
        self.quarantine._record(self.readings(3))
        self.found().unlink()
        self.assertFalse(self.quarantine.search([]))

    # From the wrong side --------------------------------------------------------------

    def test_only_administrators_see_and_decide(self):
        user = self.make_user("quarantine-user", "smartdairy_iot.group_iot_user")
        self.quarantine._record(self.readings(1))
        for model in (self.discovered, self.quarantine):
            with self.assertRaises(AccessError):
                model.with_user(user).search([])
        found = self.found().with_user(user)
        for action in (found.action_register, found.action_ignore, found.unlink):
            with self.assertRaises(AccessError):
                action()
        self.assertEqual((self.found().state, self.found().kept), ("discovered", 1))

    def test_an_administrator_registers_ignores_and_deletes(self):
        manager = self.make_user(
            "quarantine-manager", "smartdairy_iot.group_iot_manager"
        )
        for ref in ("A", "B", "C"):
            self.quarantine._record(self.readings(2, ref))
        as_manager = self.discovered.with_user(manager)
        (a, b, c) = as_manager.search([], order="device_ref")
        self.assertIn("2 readings", self.message_of(a.action_register()))
        b.action_ignore()
        c.unlink()
        self.assertEqual((a.state, b.state), ("registered", "ignored"))
        with self.assertRaises(AccessError):
            a.write({"device_ref": "Z"})

    def test_what_another_companys_gateway_hears_is_not_shown(self):
        company = self.env["res.company"].create({"name": "Other Dairy"})
        farm = self.farm.copy({"name": "Theirs", "company_id": company.id})
        self.make_device("GW-9", device_type="gateway", farm_id=farm.id)
        self.quarantine._record([self.child(humidity=70)])
        manager = self.make_user("one-company", "smartdairy_iot.group_iot_manager")
        self.discovered.search([]).action_ignore()
        decisions = self.env["iot.discovered.decision"]
        for model in (self.discovered, self.quarantine, decisions):
            self.assertTrue(model.search([]))
            self.assertFalse(model.with_user(manager).search([]))

    def test_what_was_registered_is_shown_to_who_sees_the_device_only(self):
        """Its ID and what it sent, of another company and of another farm."""
        company = self.env["res.company"].create({"name": "Other Dairy"})
        theirs = self.make_user("their-manager", "smartdairy_iot.group_iot_manager")
        theirs.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        stranger = self.make_user("stranger", "smartdairy_iot.group_iot_technician")
        owner = self.make_user("owner", "smartdairy_iot.group_iot_technician")
        boss = self.make_user("boss-here", "smartdairy_iot.group_iot_manager")
        self.farm.user_ids = owner
        self.quarantine._record(self.readings(1))
        self.assertTrue(self.discovered.with_user(theirs).search([]), "nobody's yet")
        self.found().action_register()
        self.assertEqual(self.found().device_id.farm_id, self.farm)
        # Late, before the listener knows that it is registered.
        self.quarantine._record(self.readings(1))
        decisions = self.env["iot.discovered.decision"]
        for model in (self.discovered, self.quarantine, decisions):
            for user in (theirs, stranger):
                self.assertFalse(model.with_user(user).search([]), user.login)
            for user in (owner, boss):
                self.assertTrue(model.with_user(user).search([]), user.login)


@tagged("post_install", "-at_install")
class TestQuarantineAtOnce(QuarantineCase):
    """Two transactions at once: the later one is tried again, which is no error."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.commit, lambda env: self.at(env).unlink())
        self.commit(self.record)

    def commit(self, change):
        with self.registry.cursor() as cr:
            change(self.env(cr=cr))

    def record(self, env):
        env["iot.quarantined.message"]._record(self.readings(2, "AT-ONCE"))

    def at(self, env):
        domain = [("device_ref", "=", "AT-ONCE")]
        return env["iot.discovered.device"].search(domain)

    def assert_retried_quietly(self, change, late):
        """``late`` began before ``change`` was committed."""
        with self.registry.cursor() as cr:
            env = self.env(cr=cr)
            self.assertTrue(self.at(env))
            self.commit(change)
            with (
                self.assertNoLogs("odoo.sql_db", "ERROR"),
                self.assertRaises(psycopg2.errors.SerializationFailure),
            ):
                late(env)
            cr.rollback()

    def test_a_claim_of_what_was_just_pushed_out_is_quietly_given_up(self):
        self.assert_retried_quietly(
            lambda env: self.at(env).message_ids[0].unlink(),
            lambda env: env["iot.quarantined.message"]._take(self.at(env)),
        )

    def test_a_sighting_of_what_was_just_counted_is_quietly_given_up(self):
        self.assert_retried_quietly(self.record, self.record)

    def test_making_room_where_a_replay_just_did_is_quietly_given_up(self):
        with patch.object(iot_quarantined_message, "MAX_MESSAGES", 2):
            self.assert_retried_quietly(
                lambda env: self.at(env).message_ids.unlink(), self.record
            )
