from datetime import timedelta
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import SQL

from odoo.addons.smartdairy_iot.ingest.message import Sample
from odoo.addons.smartdairy_iot.models.iot_store_retention import Chunk
from odoo.addons.smartdairy_iot.rollup import TEMPERATURE

from .. import transfer
from ..hooks import uninstall_hook
from .move import START, MoveCase

TABLE = TEMPERATURE.table


@tagged("post_install", "-at_install")
class TestMoveRollup(MoveCase):
    """Rollups of readings that are gone exist nowhere else; the rest goes along."""

    def roll_up_here(self, quarters, count=4, total=14.0):
        """As the store without TimescaleDB left them, before its first reading."""
        for quarter in quarters:
            self.env.cr.execute(
                "INSERT INTO temperature_quarter_hourly (bucket, device_id,"
                " sum_temp, min_temp, max_temp, reading_count, fault_count)"
                " VALUES (%s, %s, %s, 3, 4, %s, 0)",
                [self.time(quarter), self.device_id, total, count],
            )

    def time(self, quarter):
        return START + timedelta(minutes=15 * quarter)

    def drop_here_before(self, quarter):
        self.env.cr.execute(
            "INSERT INTO retention_horizon VALUES (%s, %s)", [TABLE, self.time(quarter)]
        )

    def refresh(self):
        """Of this month: the Community edition's schedule does not reach that far."""
        span = Chunk("", START, START + timedelta(days=31))
        self.store._settle_rollups(TABLE, span)

    def rolled_up(self):
        with self.store._cursor() as cr:
            cr.execute(
                "SELECT bucket, sum_temp, reading_count FROM temperature_quarter_hourly"
                " WHERE device_id = %s ORDER BY bucket",
                [self.device_id],
            )
            return cr.fetchall()

    def store_there(self, *quarters, value=9.0):
        times = [self.time(quarter) for quarter in quarters]
        self.store._insert(
            [
                Sample(self.device_id, "temperature", at, at, {"temperature": value})
                for at in times
            ]
        )

    def test_rollups_of_dropped_readings_survive_and_others_are_made_again(self):
        self.roll_up_here(range(4))
        self.put_here(TABLE, 4 * 900, 7.5)
        self.drop_here_before(4)
        self.moves._cron_move()
        self.refresh()
        old = [(self.time(quarter), 14.0, 4) for quarter in range(4)]
        self.assertEqual(self.rolled_up(), [*old, (self.time(4), 7.5, 1)])
        self.env.cr.execute("SELECT count(*) FROM temperature_quarter_hourly")
        self.assertEqual(self.env.cr.fetchone(), (0,), "moved, not copied")

    def test_they_survive_where_someone_dropped_readings_by_hand(self):
        self.roll_up_here(range(4))
        self.moves._cron_move()
        self.refresh()
        self.assertEqual(len(self.rolled_up()), 4)

    def test_what_came_late_meanwhile_does_not_take_their_place(self):
        self.roll_up_here([0])
        self.drop_here_before(4)
        self.store_there(0, 1)
        self.refresh()
        self.moves._cron_move()
        self.store_there(0.5)
        self.refresh()
        expected = [(self.time(0), 14.0, 4), (self.time(1), 9.0, 1)]
        self.assertEqual(self.rolled_up(), expected)

    def test_what_was_made_of_more_readings_stays(self):
        """The add-on was there before: here is only what came late of that quarter."""
        self.store_there(0, 0.2, 0.4)
        self.refresh()
        self.roll_up_here([0], count=1, total=99.0)
        self.moves._cron_move()
        self.refresh()
        self.assertEqual(self.rolled_up(), [(self.time(0), 27.0, 3)])

    def test_rollups_that_did_not_arrive_are_kept_here(self):
        self.roll_up_here(range(4))
        (left,) = self.store._rollups_left()
        insert = transfer.insert_staged

        def lose_one(cr, table, columns):
            insert(cr, table, columns)
            lost = SQL("device_id = %s AND bucket = %s", self.device_id, self.time(2))
            cr.execute(SQL("DELETE FROM %s WHERE %s", SQL.identifier(table), lost))

        with (
            patch.object(transfer, "insert_staged", lose_one),
            self.assertLogs(
                "odoo.addons.smartdairy_iot_timescale.models.iot_store_move", "WARNING"
            ),
        ):
            self.moves._cron_move()
        move = self.moves.search([("source", "=", TEMPERATURE.name)])
        self.assertEqual((move.state, move.rows), ("kept", left[-1]))
        move.action_retry()
        self.moves._cron_move()
        self.assertEqual((move.state, len(self.rolled_up())), ("done", 4))

    def test_rollups_of_moved_readings_are_what_the_readings_add_up_to(self):
        for number in range(40):
            self.put_here(TABLE, 600 * number, number / 7)
        self.moves._cron_move()
        self.refresh()
        counts = [count for _bucket, _sum, count in self.rolled_up()]
        self.assertEqual(sum(counts), 40)
        self.assertAlmostEqual(
            sum(total for _bucket, total, _count in self.rolled_up()), 780 / 7, 3
        )

    # What must not wait ---------------------------------------------------------------

    def test_alarms_that_the_rules_have_not_seen_are_there_at_once(self):
        since = self.moves._judged_until() - timedelta(seconds=10)
        self.put_here(TABLE, 5, 60.0, received_at=since, alarm_type="high_temperature")
        self.put_here(TABLE, 6, 3.0, received_at=since)
        self.put_here(TABLE, 7, 60.0, alarm_type="high_temperature")
        self.moves._find()
        self.assertEqual(len(self.there(TABLE)), 1)
        found = self.store._alarms_since(since - timedelta(seconds=1))
        self.assertIn(self.device_id, [alarms.device_id for alarms in found])

    def test_what_is_known_of_deliveries_goes_along(self):
        self.env.cr.execute(
            "INSERT INTO redelivery_marks (session, marks) VALUES ('move-test', 'abc')"
        )
        self.moves._find()
        self.assertEqual(self.store._marks("move-test"), b"abc")
        self.env.cr.execute("SELECT count(*) FROM redelivery_marks")
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_uninstalling_half_way_makes_the_rollups_of_the_rest_again(self):
        self.put_here(TABLE, 5)
        uninstall_hook(self.env)
        self.env.cr.execute(
            "SELECT bucket FROM rollup_dirty"
            " WHERE table_name = %s AND bucket < '2020-01-01'",
            [TABLE],
        )
        self.assertEqual(self.env.cr.fetchall(), [(START,)])
