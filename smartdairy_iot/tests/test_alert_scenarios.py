from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.tests import tagged

from .common import LineCase
from .pure.scenarios import SCENARIOS, shuffled

_GRID = 60  # seconds: the rules' own interval
_MOST = 90  # messages for one turn of the line


@tagged("post_install", "-at_install")
class TestAlertScenarios(LineCase):
    """The table of scenarios through the whole line: broker, store, scheduled action.

    The same table tells the pure state machine; what differs here is SQL, the ORM and
    what a run remembers for the next one.
    """

    def setUp(self):
        super().setUp()
        self.start = datetime.now(timezone.utc).replace(microsecond=0)
        self.told = []
        announce = type(self.env["iot.alert"])._announce

        def spy(alerts, event):
            self.told += [(self.second(), event) for _alert in alerts]
            return announce(alerts, event)

        self.patch(type(self.env["iot.alert"]), "_announce", spy)

    def second(self):
        return round((datetime.now(timezone.utc) - self.start).total_seconds())

    def make_threshold(self, rule):
        """What ``make_rule()`` of the pure tests makes of the same."""
        return self.env["iot.threshold"].create(
            {
                "name": "Scenario",
                "reading_type": "temperature",
                "device_id": self.sensor.id,
                "use_min": True,
                "min_value": 2.0,
                "max_value": 4.0,
                "severity": "medium",
                "on_delay": rule.get("on_delay", 0) / 60,
                "off_delay": rule.get("off_delay", 0) / 60,
                "deadband": rule.get("deadband", 0.2),
                "repeat_count": rule.get("repeat_count", 1),
                "cooldown_minutes": 30,
                "level_ids": [
                    Command.create(
                        {
                            "severity": "high",
                            "use_min": True,
                            "min_value": -3.0,
                            "use_max": True,
                            "max_value": 9.0,
                        }
                    )
                ],
            }
        )

    def play(self, scenario):
        """:return: the alerts, oldest first"""
        self.make_threshold(scenario.rule)
        self.refresh_devices()
        seconds = scenario.arrivals or [second for second, _ in scenario.readings]
        inbox = list(zip(seconds, scenario.readings, strict=True))
        for second in self.steps(scenario, seconds):
            arrived = [reading for at, reading in inbox if at <= second]
            inbox = inbox[len(arrived) :]
            with freeze_time(self.start + timedelta(seconds=second)):
                self.step(scenario, second, arrived)
        return self.env["iot.alert"].search(
            [("device_id", "=", self.sensor.id)], order="started_at"
        )

    def steps(self, scenario, seconds):
        """When the rules are evaluated: on their grid, and when something happens."""
        end = max(max(seconds), scenario.until or 0)
        times = {*range(0, int(end) + 1, _GRID), int(-(-end // 1))}
        times |= {second for second, _event in scenario.told}
        if len(seconds) < _GRID:  # as the listener wakes them
            times |= {int(-(-second // 1)) for second in seconds}
        times |= {scenario.acknowledged, scenario.resolved} - {None}
        return sorted(times)

    def step(self, scenario, second, arrived):
        for first in range(0, len(arrived), _MOST):
            for measured, value in arrived[first : first + _MOST]:
                time = (self.start + timedelta(seconds=measured)).isoformat()
                self.publish({"temperature": value, "timestamp": time})
            self.run_line()
        open_alert = self.env["iot.alert"].search([("is_open", "=", True)])
        if second == scenario.acknowledged:
            open_alert.action_acknowledge()
        if second == scenario.resolved:
            open_alert.action_resolve()
        self.evaluate()

    def events(self, told):
        people = "acknowledged", "resolved"
        return [(second, event) for second, event in told if event not in people]

    def check(self, scenario):
        alerts = self.play(scenario)
        self.assertEqual(self.events(self.told), scenario.told)
        self.assertEqual(len(alerts), scenario.alerts)
        if scenario.peak is not None:
            peak = alerts[-1 if scenario.alerts == 1 else 0].peak_value
            self.assertAlmostEqual(peak, scenario.peak, 5)
        if scenario.minutes is not None:
            self.assertAlmostEqual(alerts[0].outside_minutes, scenario.minutes, 2)
        self.assertEqual(
            alerts.mapped("is_historic"), [not scenario.told] * scenario.alerts
        )

    def test_readings_in_another_order_come_to_the_same(self):
        name = "ten minutes on a rule of ten are told then, from when it began"
        scenario = SCENARIOS[name]
        alert = self.play(shuffled(scenario, 25))
        self.assertEqual(alert.started_at, self.start.replace(tzinfo=None))
        events = [event for _second, event in self.events(self.told)]
        self.assertEqual(events, ["raised", "cleared"])

    def test_evaluating_again_and_again_changes_nothing(self):
        scenario = SCENARIOS["a peak in between is not lost"]
        evaluate = self.evaluate
        with patch.object(self, "evaluate", lambda: [evaluate() for _ in range(3)]):
            self.check(scenario)


def _make(name, scenario):
    def test(self):
        self.check(scenario)

    test.__name__ = "test_" + "".join(c if c.isalnum() else "_" for c in name)
    return test


for _name, _scenario in SCENARIOS.items():
    _test = _make(_name, _scenario)
    setattr(TestAlertScenarios, _test.__name__, _test)
