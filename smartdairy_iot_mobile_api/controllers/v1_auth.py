"""Signing in and out. Tokens are in bodies and headers, never in an address."""

from werkzeug.exceptions import Conflict, Forbidden, NotFound

from odoo.exceptions import AccessDenied
from odoo.http import Controller, request

from odoo.addons.smartdairy_iot.onboarding.code import hash_code
from odoo.addons.smartdairy_iot.settings import get_settings

from ..auth import limit
from ..auth.token import hash_token
from ..errors import ApiError
from ..models.ir_http import too_many_requests
from ..parameters import to_record_id
from ..schemas import auth as schemas
from ..transaction import own_transaction
from .routes import delete, get, post

_WRONG = "Wrong login or password."
# For who has no token yet.
_OPEN = {"auth": "smartdairy_iot_public", "errors": (401, 403)}


class Auth(Controller):
    @post("/auth/login", schemas.LogInAnswer, body=schemas.LogIn, **_OPEN)
    def log_in(self, body):
        """Sign in with login and password

        When the account has a second factor, the answer is a challenge for
        ``auth/totp`` instead of tokens. After too many failures everybody at that
        address has to wait, as at Odoo's own page.
        """
        _take_attempt(body.login)
        users = request.env(user=None, su=False)["res.users"]
        if wait := users._iot_cooldown():
            raise too_many_requests(wait)
        try:
            user, is_half = users._iot_log_in(body.login, body.password, _agent())
        except AccessDenied:
            raise ApiError(401, _WRONG) from None
        # sudo - res.users: who has just shown the password of this account.
        user = request.env(su=True)["res.users"].browse(user.id)
        _check_may_use_app(user)
        if not is_half:
            tokens = _opened(user, body.device, "password")
            return {"status": "ok", "tokens": tokens, "challenge": None}
        if not (challenge := user._iot_challenge()):
            raise Forbidden(
                "This account has a second factor that the app does not know: sign in "
                "to Odoo in a browser, and pair this device in your preferences."
            )
        return {"status": "totp_required", "tokens": None, "challenge": challenge}

    @post("/auth/totp", schemas.SignedIn, body=schemas.SecondFactor, **_OPEN)
    def check_second_factor(self, body):
        """Sign in with a second factor

        A challenge is good for five minutes and five attempts.
        """
        with own_transaction() as env:  # a wrong code counts, though it is refused
            found = env["iot.app.code"]._find("challenge", hash_token(body.challenge))
            answer, message = None, "The challenge is not valid: sign in again."
            if found:
                user = found.user_id
                try:
                    user.with_user(user)._iot_check_second_factor(body.code)
                except AccessDenied as error:
                    found.tries += 1
                    message = str(error)
                else:
                    found.unlink()
                    answer = _opened(user, body.device, "second_factor")
        if not answer:
            raise ApiError(401, message)
        return answer

    @post("/auth/pair", schemas.SignedIn, body=schemas.Pairing, **_OPEN)
    def pair(self, body):
        """Sign in with a code from the preferences in Odoo

        Good for one device and five minutes.
        """
        with own_transaction() as env:
            if wait := env["iot.app.limit"]._take(_sign_in_buckets("pairing")[:1]):
                raise too_many_requests(wait)
            found = env["iot.app.code"]._find("pairing", hash_code(body.code))
            answer = None
            if found and found.user_id._may_use_iot_app():
                answer = _opened(found.user_id, body.device, "pairing")
                found.user_id._iot_say_paired(answer["session"]["name"])
                found.unlink()
        if not answer:
            raise ApiError(
                401,
                "The code is not valid any more: show a new one in your preferences.",
            )
        return answer

    @post("/auth/refresh", schemas.SignedIn, body=schemas.Refresh, **_OPEN)
    def refresh_tokens(self, body):
        """New tokens for a refresh token

        Each is good for one use; one that is shown again is taken for stolen, and the
        device is signed out. An answer that was lost may be asked for again within
        30 seconds.
        """
        address = request.httprequest.remote_addr
        with own_transaction() as env:  # one used twice ends all, though it is refused
            session, tokens = env["iot.app.session"]._refresh(
                body.refresh_token, address
            )
            answer = tokens and _to_answer(session, tokens)
        if not answer:
            raise ApiError(401, "The refresh token is not valid: sign in again.")
        return answer

    @post("/auth/logout", errors=(409,))
    def log_out(self):
        """Sign this device out

        Its tokens end at once, and it gets no more pushes.
        """
        current_session()._revoke("signed_out", request.env.user)

    @get("/auth/sessions", schemas.SessionList)
    def list_sessions(self):
        """Devices on which one is signed in"""
        live = [("user_id", "=", request.env.uid), ("revoked_at", "=", False)]
        sessions = request.env["iot.app.session"].search(live)
        return {"sessions": [_to_json(session) for session in sessions]}

    @delete("/auth/sessions")
    def sign_out_everywhere(self):
        """Sign out all devices, this one too"""
        request.env.user.action_iot_sign_out_everywhere()

    @delete("/auth/sessions/<session_id>", errors=(404,))
    def revoke_session(self, session_id):
        """Sign out one device"""
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


def _agent():
    environ = request.httprequest.environ
    names = ("HTTP_HOST", "REMOTE_ADDR")
    return {"interactive": True, **{name: environ.get(name) for name in names}}


def _sign_in_buckets(name, known_addresses=()):
    per_minute = get_settings().api_sign_ins_per_minute
    address = request.httprequest.remote_addr
    return limit.of_login(name, address, per_minute, known_addresses)


def _take_attempt(login):
    with own_transaction() as env:
        known = env["iot.app.session"]._known_addresses(login)
        wait = env["iot.app.limit"]._take(_sign_in_buckets(login, known))
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


def current_session():
    """The device that calls; an API key has none."""
    if not (session_id := request.env.context.get("iot_app_session_id")):
        raise Conflict("An API key belongs to no device: sign in for this.")
    # sudo - iot.app.session: whoever has its token may change what it says.
    return request.env["iot.app.session"].sudo().browse(session_id)


def _to_json(session):
    current = request.env.context.get("iot_app_session_id")
    return schemas.to_session(session, is_current=session.id == current)
