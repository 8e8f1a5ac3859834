from odoo.http import Controller, request

from ..errors import InvalidParameterError
from ..schemas import preference as schemas
from .routes import get, patch


class PreferencesController(Controller):
    @get("/preferences", schemas.Preferences)
    def get_preferences(self):
        """One's own language, time zone, and what one is told of"""
        return _to_json()

    @patch("/preferences", schemas.Preferences, body=schemas.EditPreferences)
    def edit_preferences(self, body):
        """Change them

        The notifications are those about all farms and kinds of alerts; what was chosen
        in Odoo for single farms stays as it is.
        """
        if body.notifications:
            chosen = body.notifications.model_dump(exclude_none=True)
            request.env["iot.alert.subscription"]._choose(chosen)
        user = request.env.user
        if body.language is not None:
            known = [code for code, _n in request.env["res.lang"].get_installed()]
            user.lang = _one_of("language", body.language, known)
        if body.timezone is not None:
            zones = dict(user._fields["tz"]._description_selection(request.env))
            user.tz = _one_of("timezone", body.timezone, zones)
        return _to_json()


def _one_of(name, value, known):
    if value not in known:
        raise InvalidParameterError(name, f"{name}: This server has no {value}.")
    return value


def _to_json():
    chosen = request.env["iot.alert.subscription"]._about_everything()
    return schemas.to_preferences(request.env.user, chosen)
