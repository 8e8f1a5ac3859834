from datetime import timedelta

from odoo.tests import tagged

from ..coldchain.monitor import State
from ..coldchain.records import Condition
from ..models.iot_tank_work import Work
from .tank import DAY, TankCase

BROKEN = {"breaks_at": 18.5 * 3600, "collect_days": 99}


@tagged("post_install", "-at_install")
class TestTankAlert(TankCase):
    """Alerts of tanks live as all alerts do; there is one for each trouble."""

    def test_a_chiller_that_fails_is_one_alert_until_the_milk_is_cold_again(self):
        self.store(self.curve(2, mended_at=26 * 3600, **BROKEN))
        self.judge_until(19.9)
        (alert,) = self.alerts
        self.assertEqual(
            (alert.tank_kind, alert.alert_type), ("cooling", "cooling_late")
        )
        self.assertEqual((alert.device_id, alert.severity), (self.probe, "high"))
        self.assertIn("cannot be at 6 °C by", alert.message)
        self.assertLess(self.hours(alert.started_at), 19.6)
        self.assertIn("6 °C", alert.rule_text)
        self.judge_until(26, 20)
        self.assertEqual(self.alerts, alert)
        self.assertTrue(alert.is_active)
        self.judge_until(30, 26)
        self.assertEqual(self.alerts, alert)
        self.assertFalse(alert.is_active)
        self.assertEqual(alert.state, "new")
        self.assertGreater(alert.outside_minutes, 6 * 60)

    def test_an_acknowledged_one_ends_when_the_milk_is_cold_again(self):
        self.store(self.curve(2, mended_at=26 * 3600, **BROKEN))
        self.judge_until(21)
        self.alerts.action_acknowledge()
        self.judge_until(30, 21)
        self.assertEqual(self.alerts.state, "resolved")

    def test_one_that_somebody_resolved_does_not_come_again_for_the_same_milk(self):
        self.store(self.curve(1.2, **BROKEN))
        self.judge_until(21)
        self.alerts.action_resolve()
        self.judge_until(26, 21)
        self.assertEqual(len(self.alerts), 1)

    def test_the_rules_do_not_end_the_alert_of_a_tank(self):
        self.store(self.curve(1.2, **BROKEN))
        self.judge_until(21)
        self.env["iot.alert"]._cron_evaluate_rules()
        self.env["iot.alert"]._cron_evaluate_conditions()
        self.assertEqual(self.alerts.state, "new")
        self.assertTrue(self.alerts.is_active)

    def test_who_subscribed_to_the_cold_chain_is_told(self):
        user = self.make_user("farmer", "smartdairy_iot.group_iot_operator")
        self.env["iot.alert.subscription"].create(
            {"user_id": user.id, "kind": "cooling"}
        )
        self.store(self.curve(1, **BROKEN))
        self.judge_until(20)
        rows = self.env["iot.notification"].search(
            [("alert_id", "=", self.alerts.id), ("user_id", "=", user.id)]
        )
        self.assertTrue(rows)
        self.assertEqual(set(rows.mapped("event")), {"raised"})

    def test_what_a_backfill_tells_of_long_ago_is_a_record_and_wakes_nobody(self):
        self.store(self.curve(2, mended_at=26 * 3600, **BROKEN))
        self.judge(47)
        (alert,) = self.alerts
        self.assertTrue(alert.is_historic)
        self.assertEqual(alert.state, "resolved")
        self.assertFalse(alert.notification_ids)

    def test_an_alert_that_late_readings_refute_ends(self):
        """What was too warm was a probe in the air: the level came later."""
        samples = self.curve(1.2, **BROKEN)
        self.store(samples)
        self.judge_until(21)
        (alert,) = self.alerts
        with self.env["iot.store"]._cursor() as cr:
            cr.execute("DELETE FROM temperature_readings WHERE device_id = 'PROBE'")
        at = (DAY + timedelta(hours=2)).replace(tzinfo=None)
        self.env["iot.tank.late"].create({"device_id": self.level.id, "oldest": at})
        self.judge(21.1)
        self.assertFalse(alert.is_open)

    def test_a_tank_that_is_not_judged_any_more_has_no_open_alert(self):
        self.store(self.curve(1.2, **BROKEN))
        self.judge_until(21)
        self.tank.cooling_standard_id = False
        self.judge(21.1)
        self.assertEqual(self.alerts.state, "resolved")

    def test_a_cold_wash_says_how_warm_it_was(self):
        wash = ((5, 28), (12, 38), (3, 26), (8, 30), (5, 12))
        self.store(self.curve(1.6, wash=wash))
        self.judge_until(38)
        (alert,) = self.alerts
        self.assertEqual(alert.tank_kind, "wash")
        self.assertIn(alert.alert_type, ("wash_cold", "wash_missed"))

    def test_every_type_of_trouble_has_a_message(self):
        standard = self.standard._to_standard()
        work = Work(self.tank, None, standard, State(), DAY, False)
        for kind in (
            *("cooling_late", "chiller_off", "blend_high", "storage_warm"),
            *("freezing", "no_agitation", "wash_missed", "wash_cold"),
        ):
            found = Condition("cooling", kind, 0.0, "high", 12.0, 6.0, deadline=60.0)
            message = self.env["iot.alert"]._describe_tank(work, found)
            self.assertIn("Tank 7", message)
            self.assertNotIn("%(", message)
