from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.smartdairy_iot.models.iot_alert_life import IotAlert

from .common import ALERTS, MobileApiCase

# The fields of the app's model (specification, Day 251).
DART_ALERT = set(
    "id deviceId deviceName alertType severity message state createdAt acknowledgedAt"
    " acknowledgedBy triggerValue thresholdValue unit".split()
)

_SERIALIZATION_FAILURE = "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"


@tagged("post_install", "-at_install")
class TestAlerts(MobileApiCase):
    def test_an_alert_has_the_shape_of_the_dart_model(self):
        self.acknowledge(self.alert, self.user)
        for alert in self.read(ALERTS, self.manager)["alerts"]:
            self.assertEqual(set(alert), DART_ALERT)

    def test_an_alert_tells_what_happened(self):
        (alert,) = self.read(ALERTS, self.user)["alerts"]
        self.assertEqual(alert["id"], str(self.alert.id))
        self.assertEqual(alert["deviceId"], "API-TEMP-1")
        self.assertEqual(alert["deviceName"], self.tank.name)
        self.assertEqual(alert["alertType"], "temperature_high")
        self.assertEqual(alert["severity"], "high")
        self.assertEqual(alert["state"], "new")
        self.assertEqual(alert["triggerValue"], 9.5)
        self.assertEqual(alert["thresholdValue"], 6.0)
        self.assertIsNone(alert["acknowledgedAt"])
        self.assertIsNone(alert["acknowledgedBy"])

    def test_one_sees_the_alerts_of_ones_own_farm(self):
        self.assertEqual(self.alert_ids(self.user), {str(self.alert.id)})
        self.assertEqual(self.alert_ids(self.neighbour), {str(self.far_alert.id)})

    def test_a_manager_sees_the_alerts_of_all_farms(self):
        expected = {str(self.alert.id), str(self.far_alert.id)}
        self.assertLessEqual(expected, self.alert_ids(self.manager))

    # Filters ----------------------------------------------------------------------

    def test_alerts_of_one_device(self):
        mine = {str(self.alert.id)}
        for reference in ("API-TEMP-1", self.tank.id):
            self.assertEqual(self.alert_ids(self.manager, device_id=reference), mine)

    def test_a_device_one_may_not_see_has_no_alerts(self):
        self.assertFalse(self.alert_ids(self.user, device_id="API-TEMP-2"))
        self.assertFalse(self.alert_ids(self.user, device_id="NONE"))

    def test_alerts_of_one_severity(self):
        self.assertTrue(self.alert_ids(self.user, severity="high"))
        self.assertFalse(self.alert_ids(self.user, severity="critical"))

    def test_not_acknowledged_are_those_that_wait_for_somebody(self):
        self._new_alert(self.tank, state="dismissed")
        waiting = self.alert_ids(self.user, acknowledged="false")
        self.assertEqual(waiting, {str(self.alert.id)})

    def test_acknowledged_are_those_somebody_has_seen_ended_or_not(self):
        ended = self._new_alert(self.tank, is_active=False)
        seen = self._new_alert(self.tank)
        (ended | seen).with_user(self.user).action_acknowledge()
        self.assertEqual((ended.state, seen.state), ("resolved", "acknowledged"))
        found = self.alert_ids(self.user, acknowledged="true")
        self.assertEqual(found, {str(ended.id), str(seen.id)})

    def test_pages_divide_the_alerts(self):
        alerts = self.alert
        for _number in range(4):
            alerts |= self._new_alert(self.tank)
        pages = [self.alert_ids(self.user, limit=2, offset=o) for o in (0, 2, 4, 6)]
        self.assertEqual([len(page) for page in pages], [2, 2, 1, 0])
        self.assertEqual(set().union(*pages), {str(alert.id) for alert in alerts})

    def test_a_wrong_parameter_is_named(self):
        wrong = {
            "device_id": ("", "a b", "x" * 51, "\0", "*"),
            "severity": ("", "HIGH", "urgent"),
            "acknowledged": ("", "yes", "2", "null"),
            "limit": ("", "0", "-1", "1001", "1.5", "ten", "٣", "9" * 5000),
            "offset": ("", "-1", "one", "1000001"),
        }
        for field, values in wrong.items():
            for value in values:
                with self.subTest(field=field, value=value[:10]):
                    response = self.call(ALERTS, self.user, params={field: value})
                    self.assertError(response, 422, "invalid_parameter", field)

    # Acknowledge ------------------------------------------------------------------

    def test_a_user_acknowledges_an_alert_of_their_farm(self):
        response = self.acknowledge(self.alert, self.user)
        self.assertEqual(response.status_code, 200, response.text)
        alert = response.json()
        self.assertEqual(alert["state"], "acknowledged")
        self.assertEqual(alert["acknowledgedBy"], self.user.name)
        self.assertTrue(alert["acknowledgedAt"])
        self.assertEqual(self.alert.acknowledged_by, self.user)

    def test_a_viewer_sees_an_alert_and_may_not_acknowledge_it(self):
        self.assertEqual(self.alert_ids(self.viewer), {str(self.alert.id)})
        self.assertError(self.acknowledge(self.alert, self.viewer), 403, "forbidden")
        self.assertEqual(self.alert.state, "new")

    def test_a_manager_acknowledges_an_alert_of_any_farm(self):
        for alert in (self.alert, self.far_alert):
            response = self.acknowledge(alert, self.manager)
            self.assertEqual(response.status_code, 200, response.text)

    def test_acknowledging_twice_keeps_who_was_first(self):
        self.acknowledge(self.alert, self.user)
        response = self.acknowledge(self.alert, self.manager)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.json()["acknowledgedBy"], self.user.name)

    def test_an_alert_of_another_farm_does_not_exist(self):
        response = self.acknowledge(self.alert, self.neighbour)
        self.assertError(response, 404, "not_found")
        self.assertEqual(self.alert.state, "new")

    def test_an_alert_that_has_ended_is_a_conflict(self):
        self.alert.action_dismiss("a test")
        with mute_logger("odoo.http"):
            response = self.acknowledge(self.alert, self.user)
        error = self.assertError(response, 409, "conflict")
        self.assertIn(self.alert.message, error["message"])

    def test_no_alert_id_breaks_the_answer(self):
        for alert_id in ("0", "-1", "x", "9" * 10, "9" * 5000, "%00", "1.0"):
            with self.subTest(alert_id=alert_id[:10]):
                path = f"{ALERTS}/{alert_id}/acknowledge"
                response = self.call(path, self.user, method="POST")
                self.assertError(response, 404, "not_found")

    def test_other_keys_of_the_body_change_nothing(self):
        body = {"self": 1, "alert_id": self.far_alert.id, "state": "dismissed"}
        response = self.acknowledge(self.alert, self.user, json=body)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(self.alert.state, "acknowledged")
        self.assertEqual(self.far_alert.state, "new")

    def test_a_body_that_is_no_json_is_refused(self):
        for body in (b"\xff{", b"note=seen", b"{"):
            response = self.acknowledge(self.alert, self.user, data=body)
            self.assertError(response, 400, "bad_request")
        response = self.acknowledge(self.alert, self.user, json=["door"])
        self.assertError(response, 422, "invalid_parameter")
        self.assertEqual(self.alert.state, "new")

    def test_where_haccp_asks_for_it_the_body_says_cause_and_corrective_action(self):
        self.farm.haccp_mode = "always"
        report = {"cause": "door", "correctiveAction": "Closed, milk at 3.8 °C"}
        with mute_logger("odoo.http"):
            for lacking in ({}, {"cause": "door"}):
                response = self.acknowledge(self.alert, self.user, json=lacking)
                self.assertError(response, 422, "invalid_parameter")
        for cause in (7, "ghosts"):
            wrong = report | {"cause": cause}
            response = self.acknowledge(self.alert, self.user, json=wrong)
            self.assertError(response, 422, "invalid_parameter", "cause")
        self.assertEqual(self.alert.state, "new")
        response = self.acknowledge(self.alert, self.user, json=report)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(self.alert.corrective_action, "Closed, milk at 3.8 °C")

    def test_a_transaction_that_met_another_is_tried_again(self):
        acknowledge = IotAlert.action_acknowledge
        tries = []

        def fail_once(alerts, **report):
            tries.append(alerts)
            if len(tries) == 1:
                alerts.env.cr.execute(_SERIALIZATION_FAILURE, log_exceptions=False)
            return acknowledge(alerts, **report)

        with (
            patch.object(IotAlert, "action_acknowledge", fail_once),
            patch("odoo.service.model.random.uniform", return_value=0),
        ):
            response = self.acknowledge(self.alert, self.user)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(len(tries), 2)
