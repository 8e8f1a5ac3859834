"""Signing in and out. Tokens are in bodies and headers, never in an address."""

from werkzeug.exceptions import Conflict, Forbidden, NotFound

from odoo.exceptions import AccessDenied
from odoo.http import Controller, request

from odoo.addons.smartdairy_iot.onboarding.code import hash_code
from odoo.addons.smartdairy_iot.settings import get_settings

from .. import schemas
from ..auth import limit
from ..auth.device import to_device, to_text
from ..auth.token import hash_token
from ..models.ir_http import too_many_requests, unauthorized
from ..parameters import to_body, to_record_id
from ..transaction import own_transaction
from .routes import delete, get, post, public_post

_WRONG = "Wrong login or password."
_MANY = 1024  # characters of a password


class Auth(Controller):
    @public_post("/api/v1/iot/auth/login")
    def log_in(self):
        body = _body()
        login = to_text(body, "login")
        password = to_text(body, "password", _MANY)
        device = to_device(body)
        _take_attempt(login)
        users = request.env(user=None, su=False)["res.users"]
        if wait := users._iot_cooldown():
            raise too_many_requests(wait)
        try:
            user, is_half = users._iot_log_in(login, password, _agent())
        except AccessDenied:
            raise unauthorized(_WRONG) from None
        # sudo - res.users: who has just shown the password of this account.
        user = request.env(su=True)["res.users"].browse(user.id)
        _check_may_use_app(user)
        if not is_half:
            return _opened(user, device, "password")
        if not (challenge := user._iot_challenge()):
            raise Forbidden(
                "This account has a second factor that the app does not know: sign in "
                "to Odoo in a browser, and pair this device in your preferences."
            )
        return challenge

    @public_post("/api/v1/iot/auth/totp")
    def check_second_factor(self):
        body = _body()
        challenge = to_text(body, "challenge")
        code = to_text(body, "code", 20)
        device = to_device(body)
        with own_transaction() as env:  # a wrong code counts, though it is refused
            found = env["iot.app.code"]._find("challenge", hash_token(challenge))
            answer, message = None, "The challenge is not valid: sign in again."
            if found:
                user = found.user_id
                try:
                    user.with_user(user)._iot_check_second_factor(code)
                except AccessDenied as error:
                    found.tries += 1
                    message = str(error)
                else:
                    found.unlink()
                    answer = _opened(user, device, "second_factor")
        if not answer:
            raise unauthorized(message)
        return answer

    @public_post("/api/v1/iot/auth/pair")
    def pair(self):
        body = _body()
        code = to_text(body, "code", 40)
        device = to_device(body)
        with own_transaction() as env:
            if wait := env["iot.app.limit"]._take(_sign_in_buckets("pairing")[:1]):
                raise too_many_requests(wait)
            found = env["iot.app.code"]._find("pairing", hash_code(code))
            answer = None
            if found and found.user_id._may_use_iot_app():
                answer = _opened(found.user_id, device, "pairing")
                found.user_id._iot_say_paired(answer["session"]["name"])
                found.unlink()
        if not answer:
            raise unauthorized(
                "The code is not valid any more: show a new one in your preferences."
            )
        return answer

    @public_post("/api/v1/iot/auth/refresh")
    def refresh(self):
        token = to_text(_body(), "refresh_token")
        address = request.httprequest.remote_addr
        with own_transaction() as env:  # one used twice ends all, though it is refused
            session, tokens = env["iot.app.session"]._refresh(token, address)
            answer = tokens and _to_answer(session, tokens)
        if not answer:
            raise unauthorized("The refresh token is not valid: sign in again.")
        return answer

    @post("/api/v1/iot/auth/logout")
    def log_out(self):
        _current_session()._revoke("signed_out", request.env.user)
        return {}

    @get("/api/v1/iot/auth/sessions")
    def list_sessions(self):
        live = [("user_id", "=", request.env.uid), ("revoked_at", "=", False)]
        sessions = request.env["iot.app.session"].search(live)
        return {"sessions": [_to_json(session) for session in sessions]}

    @delete("/api/v1/iot/auth/sessions")
    def sign_out_everywhere(self):
        request.env.user.action_iot_sign_out_everywhere()
        return {}

    @delete("/api/v1/iot/auth/sessions/<session_id>")
    def revoke_session(self, session_id):
        session = request.env["iot.app.session"].search(
            [
                ("id", "=", to_record_id(session_id)),
                ("user_id", "=", request.env.uid),
                ("revoked_at", "=", False),
            ]
        )
        if not session:
            raise NotFound("There is no such device.")
        session.action_revoke()
        return {}


def _body():
    return to_body(request.httprequest.get_json(silent=True))


def _agent():
    environ = request.httprequest.environ
    names = ("HTTP_HOST", "REMOTE_ADDR")
    return {"interactive": True, **{name: environ.get(name) for name in names}}


def _sign_in_buckets(name):
    per_minute = get_settings().api_sign_ins_per_minute
    return limit.of_login(name, request.httprequest.remote_addr, per_minute)


def _take_attempt(login):
    with own_transaction() as env:
        wait = env["iot.app.limit"]._take(_sign_in_buckets(login))
    if wait:
        raise too_many_requests(wait)


def _check_may_use_app(user):
    if not user._may_use_iot_app():
        raise Forbidden("This account has no access to Dairy IoT.")


def _opened(user, device, method):
    address = request.httprequest.remote_addr
    sessions = user.env["iot.app.session"]
    return _to_answer(*sessions._open(user, device, method, address))


def _to_answer(session, tokens):
    return schemas.to_signed_in(session, session.user_id, tokens)


def _current_session():
    """The device that calls; an API key has none."""
    if not (session_id := request.env.context.get("iot_app_session_id")):
        raise Conflict("An API key belongs to no device: sign in for this.")
    # sudo - iot.app.session: whoever has its token may change what it says.
    return request.env["iot.app.session"].sudo().browse(session_id)


def _to_json(session):
    current = request.env.context.get("iot_app_session_id")
    return schemas.to_session(session, is_current=session.id == current)
