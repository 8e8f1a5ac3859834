from unittest.mock import patch

from hypothesis import given, settings

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.smartdairy_iot.errors import StoreAwayError
from odoo.addons.smartdairy_iot.models.iot_store_partition import TABLES

from .. import transfer
from ..models.iot_store import IotStore as IotStoreOfAddon
from ..models.iot_store_move import IotStoreMove
from ..models.iot_store_transfer import IotStore
from .move import MoveCase, rows

DAY = 86400
TABLE = "temperature_readings"
LOGGER = "odoo.addons.smartdairy_iot_timescale.models.iot_store_move"


class CutOff(Exception):
    """Stands for the moment at which the process dies."""


@tagged("post_install", "-at_install")
class TestMove(MoveCase):
    """What Odoo's database had when TimescaleDB came."""

    def test_moving_is_the_identity_whatever_is_there_already(self):
        @settings(max_examples=25, deadline=None, database=None)
        @given(rows=rows)
        def check(rows):
            self.new_device()
            for table, seconds, value, text, is_there in rows:
                self.put_here(table, seconds, value, text)
                if is_there:
                    self.put_there(table, seconds, value, text)
            expected = {table: self.here(table) for table in TABLES}
            self.moves._cron_move()
            for table in TABLES:
                self.assertEqual(self.there(table), expected[table], table)
                self.assertEqual(self.here(table), [], table)
                self.assertFalse(self.has_partition(table) and expected[table])

        check()

    def test_what_came_meanwhile_stays_and_disturbs_nothing(self):
        self.put_here(TABLE, 5)
        self.put_here(TABLE, 30 * DAY)
        for seconds in (4, 6, 30 * DAY + 1):
            self.put_there(TABLE, seconds, 9.0)
        self.moves._cron_move()
        self.assertEqual(len(self.there(TABLE)), 5)
        self.assertEqual(self.found().state, "done")

    def test_a_reading_that_was_delivered_to_both_is_no_difference(self):
        """A moment before and after the installation: it was received twice."""
        self.put_here(TABLE, 5)
        self.put_there(TABLE, 5, received_at="2019-05-01 00:01:00+00")
        self.moves._cron_move()
        self.assertEqual((self.found().state, len(self.there(TABLE))), ("done", 1))

    def test_the_month_stays_until_its_last_day_has_moved(self):
        self.put_here(TABLE, 5)
        self.put_here(TABLE, 30 * DAY)
        move = self.moves._find()
        for day in range(31):
            self.assertEqual(move.progress, 50 if day else 0)
            self.assertEqual(len(self.here(TABLE)), 2)
            move._move_next()
        self.assertEqual((move.state, move.progress), ("moving", 100))
        self.assertTrue(self.has_partition(TABLE))
        move._move_next()
        self.assertEqual(move.state, "done")
        self.assertFalse(self.has_partition(TABLE))

    def test_the_newest_day_goes_first(self):
        self.put_here(TABLE, 5)
        self.put_here(TABLE, 30 * DAY)
        self.moves._find()._move_next()
        self.assertIn("2019-05-31", self.there(TABLE)[0])
        self.assertEqual(len(self.there(TABLE)), 1)

    # Whatever dies --------------------------------------------------------------------

    def cut_off(self, owner, name):
        """The move dies where that method begins, once."""
        self.put_here(TABLE, 5)
        self.put_here("device_status", 30 * DAY)
        expected = [self.here(table) for table in TABLES]
        with (
            patch.object(owner, name, side_effect=CutOff),
            self.assertRaises(CutOff),
        ):
            self.moves._cron_move()
        self.assertEqual([self.here(table) for table in TABLES], expected)
        self.moves._cron_move()
        self.assertEqual([self.there(table) for table in TABLES], expected)
        self.assertEqual(self.here(TABLE), [])

    def test_a_move_that_dies_before_it_compares_goes_on(self):
        self.cut_off(IotStore, "_compare")

    def test_a_move_that_dies_before_it_commits_goes_on(self):
        self.cut_off(transfer, "insert_staged")

    def test_a_move_that_dies_before_it_drops_goes_on(self):
        self.cut_off(IotStore, "_drop_left")

    def test_a_time_series_database_that_is_away_is_one_line_and_another_time(self):
        self.put_here(TABLE, 5)
        self.moves._find()

        def away(_store):
            raise StoreAwayError("It is away.")

        with (
            patch.object(IotStoreOfAddon, "_cursor", away),
            self.assertLogs("odoo.addons.smartdairy_iot.errors", "WARNING") as logs,
        ):
            self.moves._cron_move()
            self.moves._cron_move()
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(len(self.here(TABLE)), 1)
        self.moves._cron_move()
        self.assertEqual(self.here(TABLE), [])

    def test_what_is_stored_here_after_its_day_has_moved_is_not_lost(self):
        """By a listener that has not heard of the installation yet."""
        self.put_here(TABLE, 5)
        drop = IotStoreMove._drop
        late = [6, 30 * DAY]

        def drop_late(move):
            while late:
                self.put_here(TABLE, late.pop())
            drop(move)

        with patch.object(IotStoreMove, "_drop", drop_late):
            self.moves._cron_move()
        self.assertEqual(len(self.there(TABLE)), 3)
        self.assertFalse(self.has_partition(TABLE))

    def test_retention_waits_for_the_move(self):
        """What was copied must still be there to be compared, and is old."""
        self.put_here(TABLE, 5)
        self.put_here(TABLE, 30 * DAY)
        move = self.moves._find()
        move._move_next()
        kept = self.env.ref("smartdairy_iot.iot_retention_temperature")
        kept.is_archived = False
        kept._drop_old()
        self.assertEqual(len(self.there(TABLE)), 1)
        self.moves._cron_move()
        kept._drop_old()
        self.assertEqual(self.there(TABLE), [])

    # What differs ---------------------------------------------------------------------

    def tamper(self, query):
        """Something changes in the time-series database before it is compared."""
        compare = IotStore._compare

        def tampered(store, cr, table, columns, here):
            cr.execute(query, [self.device_id])
            compare(store, cr, table, columns, here)

        return patch.object(IotStore, "_compare", tampered)

    def test_a_row_that_was_tampered_with_is_found_and_the_month_kept(self):
        self.put_here(TABLE, 5)
        self.put_here(TABLE, 6)
        self.put_here("device_status", 7)
        query = (
            "UPDATE temperature_readings SET temperature_celsius = 4"
            " WHERE device_id = %s AND extract(second FROM time) = 5"
        )
        with self.tamper(query), self.assertLogs(LOGGER, "WARNING") as logs:
            self.moves._cron_move()
        kept = self.found(table_name=TABLE)
        self.assertEqual(kept.state, "kept")
        self.assertRegex(kept.error, "Of 2 rows, 0 are missing and 1 differ")
        self.assertIn(self.device_id, kept.error)
        self.assertEqual(len(logs.output), 1)
        self.assertEqual(len(self.here(TABLE)), 2)
        self.assertEqual(self.found(table_name="device_status").state, "done")

    @mute_logger(LOGGER)
    def test_a_row_that_is_missing_is_found_and_trying_again_heals_it(self):
        self.put_here(TABLE, 5)
        query = "DELETE FROM temperature_readings WHERE device_id = %s"
        with self.tamper(query):
            self.moves._cron_move()
        self.assertRegex(self.found().error, "Of 1 rows, 1 are missing")
        self.moves._cron_move()
        self.assertEqual(len(self.here(TABLE)), 1, "not before somebody says so")
        self.found().action_retry()
        self.moves._cron_move()
        self.assertEqual((self.found().state, self.found().error), ("done", False))
        self.assertEqual((len(self.here(TABLE)), len(self.there(TABLE))), (0, 1))

    # What people see ------------------------------------------------------------------

    def test_settings_say_how_far_it_is(self):
        self.assertEqual(self.moves._summary(), "")
        self.put_here(TABLE, 5)
        self.put_here(TABLE, 30 * DAY)
        move = self.moves._find()
        move._move_next()
        settings = self.env["res.config.settings"].create({})
        self.assertRegex(
            settings.iot_move_summary,
            "^1 readings are still in Odoo's database .*50 %.*only what has been moved",
        )
        self.moves._cron_move()
        self.assertEqual(self.moves._summary(), "")

    def test_only_administrators_see_it_and_nobody_removes_it(self):
        self.put_here(TABLE, 5)
        move = self.moves._find()
        user = new_test_user(self.env, "u", "smartdairy_iot.group_iot_user")
        manager = new_test_user(self.env, "m", "smartdairy_iot.group_iot_manager")
        manager.company_ids = self.env["res.company"].search([])
        with self.assertRaises(AccessError):
            move.with_user(user).read(["state"])
        move.with_user(manager).action_retry()
        with self.assertRaises(AccessError):
            move.with_user(manager).state = "done"  # the months would never move
        with self.assertRaises(AccessError):
            move.with_user(manager).unlink()
        self.env["res.company"].create({"name": "Another Dairy"})
        with self.assertRaisesRegex(AccessError, "readings of all companies"):
            move.with_user(manager).action_retry()

    def test_whoever_uninstalls_reads_that_the_readings_stay(self):
        addon = self.env["ir.module.module"]._get("smartdairy_iot_timescale")
        wizard = self.env["base.module.uninstall"].create({"module_ids": addon.ids})
        self.assertRegex(wizard.iot_timescale_note, "dbname=.* stays untouched")
        other = self.env["ir.module.module"]._get("bus")
        wizard = self.env["base.module.uninstall"].create({"module_ids": other.ids})
        self.assertEqual(
            bool(wizard.iot_timescale_note), addon in wizard._get_modules()
        )
