"""Google on loopback: the token endpoint of OAuth, and FCM HTTP v1 with its errors.

It verifies what Google verifies: the signature of the service account, the audience,
the scope, the access token, the project, the content type, and the shape of a message.
"""

import base64
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

PROJECT = "dairy-test"
_SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
_AUDIENCE = "https://oauth2.googleapis.com/token"  # wherever token_uri leads
_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_ERROR_TYPE = "type.googleapis.com/google.firebase.fcm.v1.FcmError"


class Pushed(NamedTuple):
    """:param at: seconds since the epoch"""

    token: str
    message: dict
    at: float
    status: int


def make_key():
    """:return: PEM of a private key, as in a service account's file"""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


class FcmServer:
    """
    :ivar pushed: list of :class:`Pushed`, also of refused ones
    :ivar authorized: how many access tokens were asked for
    :ivar answers: ``{token: [(status, code, headers), …]}`` for its next messages;
        the last one stays; status 0: it never answers
    :ivar refuses_account: the service account is not let in
    """

    def __init__(self, private_key, port=0):
        self.pushed, self.answers = [], {}
        self.authorized = 0
        self.refuses_account = False
        self._private_key = private_key
        self._public_key = serialization.load_pem_private_key(
            private_key.encode(), None
        ).public_key()
        self._valid = set()
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), daemon=True
        )
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def close(self):
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def write_account(self, folder):
        """:return: path of a service account's file that leads here"""
        path = Path(folder) / "fcm.json"
        path.write_text(
            json.dumps(
                {
                    "type": "service_account",
                    "project_id": PROJECT,
                    "private_key_id": "1",
                    "private_key": self._private_key,
                    "client_email": f"push@{PROJECT}.iam.gserviceaccount.com",
                    "client_id": "1",
                    "token_uri": f"{self.url}/token",
                }
            )
        )
        return str(path)

    def expire_tokens(self):
        """Access tokens that were given out are not taken any more."""
        self._valid.clear()

    def answer(self, token, *statuses):
        """:param statuses: ``(status, FCM's code, headers)``"""
        self.answers[token] = list(statuses)

    def messages(self, token=None):
        """What was delivered."""
        return [
            one.message
            for one in self.pushed
            if one.status == 200 and token in (None, one.token)
        ]

    # What it does ------------------------------------------------------------------

    def _authorize(self, body):
        form = {k: v[0] for k, v in parse_qs(body.decode()).items()}
        claims = verify(form.get("assertion", ""), self._public_key)
        is_right = (
            claims
            and form.get("grant_type") == _GRANT
            and claims.get("aud") == _AUDIENCE
            and claims.get("scope") == _SCOPE
            and claims.get("exp", 0) > time.time()
        )
        if self.refuses_account or not is_right:
            return 400, {"error": "invalid_grant", "error_description": "No such one."}
        self.authorized += 1
        token = secrets.token_urlsafe(24)
        self._valid.add(token)
        return 200, {"access_token": token, "expires_in": 3599, "token_type": "Bearer"}

    def _push(self, path, headers, body):
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self._valid:
            return 401, _error(401, "UNAUTHENTICATED"), {}
        if path != f"/v1/projects/{PROJECT}/messages:send":
            return 403, _error(403, "PERMISSION_DENIED"), {}
        try:
            message = json.loads(body)["message"]
            problem = _problem_of(message)
        except (ValueError, KeyError, TypeError):
            problem = "no message"
        if problem or not headers.get("Content-Type", "").startswith(
            "application/json"
        ):
            return 400, _error(400, "INVALID_ARGUMENT", problem), {}
        token = message["token"]
        waiting = self.answers.get(token) or [(200, "", {})]
        status, code, extra = waiting[0] if len(waiting) == 1 else waiting.pop(0)
        self.pushed.append(Pushed(token, message, time.time(), status))
        if not status:
            self._closing.wait(30)
            return 503, {}, {}
        name = f"projects/{PROJECT}/messages/{len(self.pushed)}"
        return status, {"name": name} if status == 200 else _error(status, code), extra

    def _handler(server):  # noqa: N805 - `self` is the request's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                extra = {}
                if self.path == "/token":
                    status, content = server._authorize(body)
                else:
                    status, content, extra = server._push(self.path, self.headers, body)
                data = json.dumps(content).encode()
                self.send_response(status)
                for name, value in extra.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json; charset=UTF-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_args):
                """Silent."""

        return Handler


def verify(assertion, public_key):
    """:return: the claims of a JWT that is signed with RS256, None if it is not"""
    try:
        head, claims, signature = assertion.split(".")
        public_key.verify(
            _decode(signature),
            f"{head}.{claims}".encode(),
            padding.PKCS1v15(),
            hashes.SHA256(),
        )
        return json.loads(_decode(claims))
    except (ValueError, InvalidSignature):
        return None


def _problem_of(message):
    """What FCM refuses: values of ``data`` that are no strings, unknown fields."""
    unknown = set(message) - {"token", "notification", "data", "android", "apns"}
    if unknown:
        return f"Unknown name {min(unknown)}"
    if not message.get("token"):
        return "Recipient of the message is not set."
    if not all(isinstance(value, str) for value in message.get("data", {}).values()):
        return "data: not a string"
    return None


def _error(status, code, message=""):
    error = {
        "code": status,
        "message": message or code,
        "status": "NOT_FOUND" if status == 404 else code,
        "details": [{"@type": _ERROR_TYPE, "errorCode": code}],
    }
    return {"error": error}


def _decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
