from werkzeug.exceptions import NotFound

from odoo.http import Controller, request

from odoo.addons.smartdairy_iot.rules.limits import SEVERITIES

from .. import parameters, schemas
from .routes import get, post

_DEFAULT_LIMIT = 100
_MAX_LIMIT = 1000
_MAX_OFFSET = 1_000_000


class Alerts(Controller):
    @get("/api/v1/iot/alerts")
    def list_alerts(self):
        given = request.httprequest.args.get
        alerts = request.env["iot.alert"]._list(
            device_reference=parameters.to_reference("device_id", given("device_id")),
            severity=parameters.to_choice("severity", given("severity"), SEVERITIES),
            acknowledged=parameters.to_bool("acknowledged", given("acknowledged")),
            limit=parameters.to_int(
                "limit", given("limit"), 1, _MAX_LIMIT, _DEFAULT_LIMIT
            ),
            offset=parameters.to_int("offset", given("offset"), 0, _MAX_OFFSET, 0),
        )
        return {"alerts": [_to_json(alert) for alert in alerts]}

    @post("/api/v1/iot/alerts/<alert_id>/acknowledge")
    def acknowledge_alert(self, alert_id):
        record_id = parameters.to_record_id(alert_id)
        # A search, so that an alert one may not see does not exist.
        alert = request.env["iot.alert"].search([("id", "=", record_id)])
        if not alert:
            raise NotFound("There is no such alert.")
        body = request.httprequest.get_json(silent=True)
        alert.action_acknowledge(**parameters.to_report(body))
        return _to_json(alert)


def _to_json(alert):
    return schemas.to_alert(alert._to_bus())
