from werkzeug.exceptions import NotFound

from odoo.http import Controller, request

from ..parameters import to_record_id
from ..schemas import alert as schemas
from .routes import get, post

_REFUSED = (404, 409)


class Alerts(Controller):
    @get("/alerts", schemas.AlertList, query=schemas.ListAlerts)
    def list_alerts(self, query):
        """Alerts, open ones first

        Of the farms that one may see.
        """
        alerts, total = request.env["iot.alert"]._list_for_app(query)
        return {"alerts": [_to_json(alert) for alert in alerts], "total": total}

    @get("/alerts/<alert_id>", schemas.AlertModel, errors=(404,))
    def get_alert(self, alert_id):
        """One alert"""
        return _to_json(_find(alert_id))

    @post(
        "/alerts/<alert_id>/acknowledge",
        schemas.AlertModel,
        body=schemas.Report,
        errors=_REFUSED,
    )
    def acknowledge_alert(self, alert_id, body):
        """Say that one has seen it

        It ends now if its condition has cleared, else when it does. Twice is no error:
        it stays with whom it was first.
        """
        return _act(alert_id, "action_acknowledge", body)

    @post(
        "/alerts/<alert_id>/resolve",
        schemas.AlertModel,
        body=schemas.Report,
        errors=_REFUSED,
    )
    def resolve_alert(self, alert_id, body):
        """Done with, even if the condition holds

        If it still holds, a new alert opens.
        """
        return _act(alert_id, "action_resolve", body)

    @post(
        "/alerts/<alert_id>/dismiss",
        schemas.AlertModel,
        body=schemas.Dismissal,
        errors=_REFUSED,
    )
    def dismiss_alert(self, alert_id, body):
        """No alert at all, such as a test of the probe"""
        return _act(alert_id, "action_dismiss", body)


def _act(alert_id, action, body):
    alert = _find(alert_id)
    getattr(alert, action)(**body.model_dump(exclude_none=True))
    return _to_json(alert)


def _find(alert_id):
    # A search, so that an alert one may not see does not exist.
    alert = request.env["iot.alert"].search([("id", "=", to_record_id(alert_id))])
    if not alert:
        raise NotFound("There is no such alert.")
    return alert


def _to_json(alert):
    return schemas.to_alert(alert._to_bus())
