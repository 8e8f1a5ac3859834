from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..errors import StoreAwayError
from .common import LineCase

OUTBOX = "odoo.addons.smartdairy_iot.models.iot_store_outbox"


@tagged("post_install", "-at_install")
class TestHistory(LineCase):
    """What became of alerts and devices is in the store, step by step."""

    def setUp(self):
        super().setUp()
        self.outbox = self.env["iot.store.outbox"]
        cron = type(self.env["ir.cron"])
        self.patch(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0)

    def alert(self, **vals):
        return self.env["iot.alert"].create(
            {
                "device_id": self.sensor.id,
                "alert_type": "high_temperature",
                "reading_type": "temperature",
                "severity": "medium",
                "message": "Temperature exceeded maximum threshold",
                "trigger_value": 9.5,
                "threshold_value": 6.0,
                "started_at": datetime(2026, 1, 5, 6),
                **vals,
            }
        )

    def told(self, columns, table="alert_history"):
        self.outbox._cron_deliver()
        self.assertFalse(self.outbox.search([]))
        return self.rows(f"SELECT {columns} FROM {table} ORDER BY time")  # noqa: S608

    def test_each_step_of_an_alert_is_told_with_who_and_when(self):
        alert = self.alert()
        alert.severity = "high"
        alert.write({"severity": "high", "peak_value": 12.0})  # no step
        alert.action_acknowledge()
        alert.action_resolve()
        told = self.told("alert_id, device_id, severity, state, acknowledged_by")
        steps = [("medium", "new", None), ("high", "new", None)]
        login = self.env.user.login
        steps += [("high", "acknowledged", login), ("high", "resolved", login)]
        self.assertEqual(told, [(str(alert.id), "TEST-1", *step) for step in steps])
        ((value, limit, resolved),) = self.rows(
            "SELECT trigger_value, threshold_value, resolved_at FROM alert_history"
            " WHERE state = 'resolved'"
        )
        self.assertEqual((value, limit), (9.5, 6.0))
        self.assertTrue(resolved)

    def test_history_waits_while_the_store_is_away(self):
        self.alert()
        store = type(self.env["iot.store"])
        away = patch.object(
            store, "_insert_history", side_effect=StoreAwayError("away")
        )
        with away, mute_logger("odoo.addons.smartdairy_iot.errors"):
            self.outbox._cron_deliver()
        self.assertEqual(len(self.told("state")), 1)

    def test_told_twice_is_told_once(self):
        self.alert()
        (line,) = self.outbox.search([])
        self.env["iot.store"]._insert_history("alert_history", [line.row])
        self.assertEqual(len(self.told("state")), 1)

    @mute_logger(OUTBOX)
    def test_a_row_that_the_store_refuses_holds_up_no_other(self):
        self.outbox._put("alert_history", [{"time": "2026-01-05T06:00:00+00:00"}])
        self.outbox._put(
            "device_status",
            [
                {
                    "time": "2026-01-05T06:00:00+00:00",
                    "device_id": device,
                    "is_online": on,
                }
                for device, on in (("A", True), ("B" * 51, True), ("C", False))
            ],
        )
        with self.assertLogs(OUTBOX, "WARNING"):
            self.outbox._cron_deliver()
        told = self.rows("SELECT device_id FROM device_status ORDER BY 1")
        self.assertEqual(told, [("A",), ("C",)])
        self.assertEqual(len(self.outbox.search([("error", "!=", False)])), 2)

    def test_a_device_that_falls_silent_and_comes_back_is_in_the_history(self):
        then = datetime.now(timezone.utc) - timedelta(hours=1)
        self.publish({"temperature": 4.0, "battery": 80, "signal": 70}, at=then)
        self.run_line()
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        self.sensor.live_ids.last_seen = then.replace(tzinfo=None)
        heard = self.env["iot.listener"].search([("listening_since", "!=", False)])
        heard.listening_since = now - timedelta(hours=2)
        self.env.flush_all()
        self.env["iot.device.state"]._cron_detect_offline()
        self.publish({"temperature": 4.0})
        self.run_line()
        self.publish({"temperature": 4.1})
        self.run_line()
        columns = "is_online, battery_level, signal_strength, time"
        told = self.told(columns, "device_status")
        self.assertEqual([row[0] for row in told], [True, False, True])
        self.assertEqual(told[0][1:3], (80, 70))
        # It counts as gone from when it was due, and not from when that was noticed.
        self.assertEqual(told[1][3] - then, timedelta(seconds=300))
