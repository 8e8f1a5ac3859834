"""A push service on loopback, with TLS: which alert was pushed, and when."""

import base64
import hashlib
import ipaddress
import json
import ssl
import threading
import time
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HOST = "127.0.0.1"


class PushService:
    """
    :ivar seen_at: ``Topic`` header → seconds since the epoch, of the first message
    :ivar certificate: a file; whoever sends must trust it (``REQUESTS_CA_BUNDLE``)
    """

    def __init__(self, folder):
        self.seen_at = {}
        self.certificate, key = _make_certificate(Path(folder))
        self._server = ThreadingHTTPServer((HOST, 0), self._handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self):
        return f"https://{HOST}:{self._server.server_port}/browser"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(service):  # noqa: N805 - `self` is the request's
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                now = time.time()
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                service.seen_at.setdefault(self.headers["Topic"], now)
                self.send_response(201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments):
                """Quiet."""

        return Handler


@contextmanager
def subscribed(odoo, login, url):
    """That user has a browser there, and wants a push of every alert."""
    (user,) = odoo.call("res.users", "search_read", [("login", "=", login)], ["id"])
    (partner,) = odoo.call("res.users", "read", [user["id"]], ["partner_id"])
    odoo.call("mail.push.device", "get_web_push_vapid_public_key")  # makes the keys
    browser = odoo.call(
        "mail.push.device",
        "create",
        {"partner_id": partner["partner_id"][0], "endpoint": url, "keys": _keys()},
    )
    wish = {"user_id": user["id"], "push_from": "low", "email_from": "never"}
    subscription = odoo.call("iot.alert.subscription", "create", wish)
    yield
    odoo.call("iot.alert.subscription", "unlink", [subscription])
    odoo.call("mail.push.device", "unlink", [browser])


def topic(alert_id):
    """What Odoo's message of that alert has as its ``Topic``."""
    digest = hashlib.sha256(f"iot.alert({alert_id},)".encode()).digest()
    return base64.urlsafe_b64encode(digest[:24]).decode()


def _keys():
    public = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
    )
    keys = {"p256dh": public, "auth": b"sixteen bytes ok"}
    return json.dumps(
        {k: base64.urlsafe_b64encode(v).decode().rstrip("=") for k, v in keys.items()}
    )


def _make_certificate(folder):
    """:return: files of a certificate that signs itself, and of its key"""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "bench push")])
    now = datetime.now(timezone.utc)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "push.crt", folder / "push.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
