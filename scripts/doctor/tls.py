"""Certificates: the broker's as it shows it, and the files that Odoo uses."""

import socket
import ssl
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from doctor.finding import Finding, fail, ok, skip, warn

_SOON = timedelta(days=30)
_SECONDS = 5
_RENEW = "make a new one: scripts/certificates.sh; see docs/identity.md"


def check(settings, now: datetime | None = None) -> list[Finding]:
    """
    :param settings: the add-on's settings
    :param now: aware; today
    """
    if not settings.mqtt_ca:
        if settings.mqtt_host in ("localhost", "127.0.0.1", "::1"):
            return [skip("tls", "the broker is on this machine, without TLS")]
        remedy = "set mqtt_ca, and use the broker's TLS port"
        return [fail("tls", "the connection to the broker is not encrypted", remedy)]
    now = now or datetime.now(timezone.utc)
    files = {"mqtt_ca": settings.mqtt_ca, "mqtt_cert": settings.mqtt_cert}
    files["ca_cert"] = settings.ca_cert
    found = [check_file(key, path, now) for key, path in files.items() if path]
    if settings.mqtt_cert:
        found.append(check_pair("mqtt", settings.mqtt_cert, settings.mqtt_key))
    if settings.ca_cert:
        found.append(check_pair("ca", settings.ca_cert, settings.ca_key))
    return [*found, *_check_broker(settings, now)]


def check_file(key: str, path: str, now: datetime) -> Finding:
    """How long the first certificate of a file is still good."""
    try:
        certificate = x509.load_pem_x509_certificate(Path(path).read_bytes())
    except (OSError, ValueError) as error:
        return fail("tls", f"{key}: {path} cannot be used: {error}", _RENEW)
    return _judge_date(f"{key} ({path})", certificate, now)


def _judge_date(what: str, certificate: x509.Certificate, now: datetime) -> Finding:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now < start:
        remedy = "set the clock of this machine, or of the one that made it"
        return fail("tls", f"{what} is valid from {start:%Y-%m-%d %H:%M} UTC", remedy)
    if now >= end:
        return fail("tls", f"{what} has expired on {end:%Y-%m-%d}", _RENEW)
    text = f"{what} is valid until {end:%Y-%m-%d}"
    return warn("tls", text, _RENEW) if end - now < _SOON else ok("tls", text)


def check_pair(what: str, certificate_path: str, key_path: str) -> Finding:
    """Whether a key is the certificate's, and nobody else's to read."""
    try:
        certificate = x509.load_pem_x509_certificate(
            Path(certificate_path).read_bytes()
        )
        key = load_pem_private_key(Path(key_path).read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        remedy = "correct the path, or let Odoo's user read the file"
        return fail("tls", f"{what}_key: {key_path} cannot be used: {error}", remedy)
    if key.public_key() != certificate.public_key():
        remedy = f"give the key that was made with {certificate_path}"
        return fail("tls", f"{key_path} is not the key of {certificate_path}", remedy)
    if Path(key_path).stat().st_mode & 0o007:
        return warn("tls", f"everybody may read {key_path}", f"chmod o-rwx {key_path}")
    return ok("tls", f"{what}_key is the key of its certificate")


def _check_broker(settings, now: datetime) -> list[Finding]:
    where = f"{settings.mqtt_host}:{settings.mqtt_port}"
    try:
        context = ssl.create_default_context(cafile=settings.mqtt_ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if settings.mqtt_cert:
            context.load_cert_chain(settings.mqtt_cert, settings.mqtt_key)
        address = (settings.mqtt_host, settings.mqtt_port)
        with socket.create_connection(address, _SECONDS) as plain:
            with context.wrap_socket(
                plain, server_hostname=settings.mqtt_host
            ) as secure:
                shown = x509.load_der_x509_certificate(secure.getpeercert(True))
                version = secure.version()
    except ssl.SSLCertVerificationError as error:
        return [fail("tls", f"{where}: {error.verify_message}", _remedy(error))]
    except ssl.SSLError as error:
        remedy = "let the broker speak TLS 1.3 on this port: docs/configuration.md"
        return [fail("tls", f"{where}: {error.reason or error}", remedy)]
    except OSError as error:
        remedy = "start the broker, open the firewall, or correct mqtt_host, mqtt_port"
        return [fail("tls", f"{where} cannot be reached: {error}", remedy)]
    dated = _judge_date(f"the broker's certificate at {where}", shown, now)
    return [ok("tls", f"{where} speaks {version}, its chain and name are right"), dated]


def _remedy(error: ssl.SSLCertVerificationError) -> str:
    message = error.verify_message.lower()
    if "expired" in message:
        return _RENEW + ", then restart the broker"
    if "mismatch" in message or "not valid for" in message:
        return "use the name in the certificate as mqtt_host, or make one for this name"
    return "mqtt_ca must be the authority that signed the broker's certificate"
