"""Certificates that are over, not yet good, or of another key."""

from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from doctor.tls import check_file, check_pair

NOW = datetime(2026, 11, 26, 6, tzinfo=timezone.utc)


@pytest.fixture
def make(tmp_path):
    """Write a certificate that is good ``days`` more, and its key: two paths."""

    def make(days, name="odoo"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        end = NOW + timedelta(days=days)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(7)
            .not_valid_before(end - timedelta(days=100))
            .not_valid_after(end)
            .sign(key, hashes.SHA256())
        )
        paths = tmp_path / f"{name}.crt", tmp_path / f"{name}.key"
        paths[0].write_bytes(certificate.public_bytes(Encoding.PEM))
        paths[1].write_bytes(
            key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        paths[1].chmod(0o600)
        return tuple(str(path) for path in paths)

    return make


@pytest.mark.parametrize(
    ("days", "state"), [(-1, "failure"), (29, "warning"), (90, "ok"), (101, "failure")]
)
def test_what_expires_is_told_before_and_after(make, days, state):
    found = check_file("mqtt_cert", make(days)[0], NOW)
    assert found.state == state
    assert found.remedy or state == "ok"


def test_a_key_of_another_certificate_is_told(make):
    ours, other = make(90), make(90, "other")
    assert check_pair("mqtt", *ours).state == "ok"
    wrong = check_pair("mqtt", ours[0], other[1])
    assert wrong.state == "failure" and "is not the key of" in wrong.text


def test_a_file_that_is_no_certificate_is_told_and_raises_nothing(make, tmp_path):
    (tmp_path / "text.crt").write_text("hello", encoding="utf-8")
    for path in (str(tmp_path / "text.crt"), str(tmp_path / "none.crt")):
        assert check_file("mqtt_ca", path, NOW).state == "failure"
        assert check_pair("mqtt", path, path).state == "failure"


def test_a_key_that_everybody_may_read_is_told(make, tmp_path):
    certificate, key = make(90)
    (tmp_path / "odoo.key").chmod(0o644)
    assert check_pair("mqtt", certificate, key).state == "warning"
