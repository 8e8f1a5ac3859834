from werkzeug.exceptions import TooManyRequests, Unauthorized

from odoo import models
from odoo.http import request

from odoo.addons.smartdairy_iot.settings import get_settings

from ..auth import limit
from ..auth.token import ACCESS, to_bearer
from ..transaction import own_transaction


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _auth_method_smartdairy_iot(cls):
        """A token of the app, or an API key of our scope; cookies count for nothing."""
        token = to_bearer(request.httprequest.headers.get("Authorization"))
        address = request.httprequest.remote_addr
        with own_transaction() as env:
            caller = _find_caller(env, token, address)
            wait = _take(env, caller and caller.user_id, address)
        if wait:
            raise too_many_requests(wait)
        if not caller:
            raise Unauthorized("The token is not valid." if token else None)
        request.session.can_save = False
        request.update_env(user=caller.user_id, context={})
        context = dict(request.env.user.context_get())
        if caller.language:
            context["lang"] = caller.language
        request.update_context(**context, iot_app_session_id=caller.session_id)
        cls._auth_method_user()

    @classmethod
    def _auth_method_smartdairy_iot_public(cls):
        """Nobody yet; what they try counts against their address."""
        with own_transaction() as env:
            wait = _take(env, None, request.httprequest.remote_addr)
        if wait:
            raise too_many_requests(wait)
        request.session.can_save = False
        public = request.env.ref("base.public_user").id
        request.update_env(user=public, context={})


def too_many_requests(seconds):
    """Of werkzeug's: any other exception becomes a 401 while Odoo authenticates."""
    return TooManyRequests(
        "You ask too often. Wait as long as Retry-After says.",
        retry_after=limit.retry_after(seconds),
    )


def _find_caller(env, token, address):
    if not token:
        return None
    tokens = env["iot.app.token"]
    if token.startswith(ACCESS):
        return tokens._find_caller(token, address)
    return tokens._find_key_caller(token)


def _take(env, user_id, address):
    settings = get_settings()
    buckets = limit.of_caller(
        user_id,
        address,
        settings.api_calls_per_minute,
        settings.api_calls_per_minute_address,
    )
    return env["iot.app.limit"]._take(buckets)
