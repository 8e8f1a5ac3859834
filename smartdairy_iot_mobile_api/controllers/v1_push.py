from werkzeug.exceptions import NotFound

from odoo import _
from odoo.http import Controller, request

from ..push.topic import SEVERITIES, farms_of
from ..schemas import push as schemas
from .routes import delete, get, put
from .v1_auth import current_session

_NO_DEVICE = (409,)


class Push(Controller):
    @get("/push/tokens", schemas.PushRegistration, errors=_NO_DEVICE)
    def get_push_registration(self):
        """Whether pushes go to this device"""
        return schemas.to_registration(current_session())

    @put(
        "/push/tokens",
        schemas.PushRegistration,
        body=schemas.RegisterPush,
        errors=_NO_DEVICE,
    )
    def register_push_token(self, body):
        """Have pushes sent to this device

        Also when FCM has given the app another token: it replaces the one before. A
        token that another account had registered on this phone is taken from it.
        """
        session = current_session()
        session._register_push(body.token)
        if body.language and (language := session._to_language(body.language)):
            session.language = language
        return schemas.to_registration(session)

    @delete("/push/tokens", errors=_NO_DEVICE)
    def unregister_push_token(self):
        """No more pushes to this device

        Signing out does the same.
        """
        current_session()._forget_push()

    @get("/push/topics", schemas.TopicList, errors=_NO_DEVICE)
    def list_push_topics(self):
        """What this device may choose to hear of"""
        return {"topics": _topics(current_session())}

    @put(
        "/push/topics",
        schemas.TopicList,
        body=schemas.SetTopics,
        errors=(404, *_NO_DEVICE),
    )
    def set_push_topics(self, body):
        """Choose what this device hears of

        Among what its user is told by push: nobody hears of more. Farms and severities
        narrow each other; of several severities the lowest counts.
        """
        session = current_session()
        wanted = farms_of(body.topics)
        if request.env["farm.farm"].search_count([("id", "in", [*wanted])]) < len(
            wanted
        ):
            raise NotFound("There is no such farm.")
        session.push_topics = list(dict.fromkeys(body.topics))
        return {"topics": _topics(session)}


def _topics(session):
    chosen = set(session.push_topics or ())
    found = [
        (f"farm_{farm.id}", farm.name) for farm in request.env["farm.farm"].search([])
    ]
    alerts = request.env["iot.alert"]
    labels = dict(alerts._fields["severity"]._description_selection(request.env))
    found += [
        (f"severity_{name}", _("%(severity)s and above", severity=labels[name]))
        for name in SEVERITIES
    ]
    return [
        {"name": name, "label": label, "isChosen": name in chosen}
        for name, label in found
    ]
