import time
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import SQL

from .common import IotCase

_OPERATOR = "smartdairy_iot.group_iot_operator"


@tagged("post_install", "-at_install")
class TestAlertBoard(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.user = cls.make_user("board-user", _OPERATOR)
        cls.neighbour = cls.make_user("board-neighbour", _OPERATOR)
        cls.farm.user_ids = cls.user
        cls.rule = cls.env["iot.threshold"].create(
            {"name": "Milk warm", "reading_type": "temperature", "max_value": 6.0}
        )

    def brief_alerts(self, count, minutes=3, **vals):
        """One each day, over after so long."""
        for day in range(count):
            start = self.now - timedelta(days=day + 1)
            self.make_alert(
                threshold_id=self.rule.id,
                started_at=start,
                cleared_at=start + timedelta(minutes=minutes),
                is_active=False,
                state="resolved",
                resolved_at=start + timedelta(minutes=minutes),
                acknowledged_at=start + timedelta(minutes=1),
                **vals,
            )

    def statistics(self, user=None, **asked):
        alerts = self.env["iot.alert"].with_user(user or self.user)
        return alerts.get_alert_statistics(farm_id=self.farm.id, **asked)

    def test_the_board_shows_what_ended_within_a_day_and_what_held_within_a_week(self):
        self.make_alert(started_at=self.now - timedelta(hours=2))
        self.brief_alerts(3)
        board = self.env["iot.alert"].with_user(self.user).get_alert_board()
        ended = [a for a in board["ended"] if a["farm_id"] == self.farm.id]
        self.assertEqual([a["state"] for a in ended], ["resolved"])
        self.assertTrue(ended[0]["resolved_at"])
        spans = [s for s in board["timeline"] if s["farm_id"] == self.farm.id]
        self.assertEqual(len(spans), 4)
        self.assertEqual(spans[-1]["end"], False)
        self.assertEqual(spans, sorted(spans, key=lambda span: span["start"]))

    def test_a_rule_whose_alerts_are_brief_gets_a_hint_with_its_reason(self):
        self.brief_alerts(12)
        (rule,) = self.statistics()["rules"]
        self.assertEqual((rule["count"], rule["name"]), (12, "Milk warm"))
        self.assertEqual((rule["hint"]["kind"], rule["hint"]["value"]), ("on_delay", 5))
        self.assertEqual(
            rule["hint"]["text"],
            "Raise the on-delay to 5 min: 12 of 12 alerts lasted less than 5 min.",
        )

    def test_means_are_of_what_was_acknowledged_and_of_what_cleared(self):
        self.brief_alerts(2, severity="high")
        self.make_alert(severity="high", started_at=self.now - timedelta(hours=1))
        (told,) = (
            s for s in self.statistics()["severities"] if s["severity"] == "high"
        )
        self.assertEqual(
            (told["count"], told["acknowledged"], told["cleared"]), (3, 2, 2)
        )
        self.assertAlmostEqual(told["acknowledge_minutes"], 1)
        self.assertAlmostEqual(told["clear_minutes"], 3)

    def test_the_days_are_those_of_the_farm(self):
        self.farm.tz = "Pacific/Auckland"
        start = (self.now - timedelta(days=3)).replace(hour=20, minute=0)
        self.make_alert(started_at=start)
        (day,) = self.statistics()["by_day"]
        self.assertEqual(day["day"], str(start.date() + timedelta(days=1)))

    def test_of_another_farm_nothing_is_told(self):
        self.brief_alerts(12)
        told = self.statistics(self.neighbour)
        for part in ("severities", "devices", "rules", "by_day"):
            self.assertEqual(told[part], [])
        board = self.env["iot.alert"].with_user(self.neighbour).get_alert_board()
        for part in ("ended", "timeline"):
            self.assertNotIn(self.farm.id, [a["farm_id"] for a in board[part]])

    def test_who_is_no_user_of_it_is_refused(self):
        for login, group in (("board-p", "base.group_portal"),):
            alerts = self.env["iot.alert"].with_user(self.make_user(login, group))
            with self.assertRaises(AccessError):
                alerts.get_alert_board()
            with self.assertRaises(AccessError):
                alerts.get_alert_statistics()

    def test_the_board_costs_the_same_queries_with_many_alerts(self):
        self.brief_alerts(3)
        alerts = self.env["iot.alert"].with_user(self.user)

        def queries():
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            alerts.get_alert_board()
            self.statistics()
            return self.env.cr.sql_log_count - before

        queries()
        few = queries()
        self.brief_alerts(6)
        self.assertLessEqual(queries(), few)

    def test_thousands_of_alerts_are_summed_up_at_once(self):
        self.brief_alerts(1)
        self.env["iot.alert"].flush_model()
        # Raw SQL: thousands at once.
        self.env.cr.execute(SQL(_MANY, 5000, self.rule.id))
        self.env.cr.execute("ANALYZE iot_alert")
        self.statistics()
        took = []
        for _attempt in range(3):
            start = time.perf_counter()
            told = self.statistics()
            took.append(time.perf_counter() - start)
        self.assertEqual(sum(s["count"] for s in told["severities"]), 5_001)
        self.assertLess(min(took), 0.3)


_MANY = """
INSERT INTO iot_alert (device_id, farm_id, company_id, threshold_id, kind, alert_type,
       severity, message, state, is_active, is_open, started_at, cleared_at,
       acknowledged_at, resolved_at, trigger_value, threshold_value, peak_value)
SELECT device_id, farm_id, company_id, threshold_id, kind, alert_type, severity,
       message, state, is_active, is_open, started_at - n * interval '20 minutes',
       cleared_at - n * interval '20 minutes',
       acknowledged_at - n * interval '20 minutes',
       resolved_at - n * interval '20 minutes', 7, 6, 7.5
  FROM iot_alert, generate_series(1, %s) AS n WHERE threshold_id = %s
"""
