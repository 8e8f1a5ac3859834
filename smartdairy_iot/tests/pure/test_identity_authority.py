"""The CA, against what openssl says of its work."""

import shutil
import subprocess
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from smartdairy_iot.identity.authority import (
    Authority,
    AuthorityError,
    key_pem,
    make_key,
    serials_in,
)

NOW = datetime.now(timezone.utc).replace(microsecond=0)


def make_ca(folder, name="Test CA", ca=True, begins=NOW, days=100, key=None):
    key = key or make_key()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    usage = dict.fromkeys(
        (
            *("digital_signature", "content_commitment", "key_encipherment"),
            *("data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
        ),
        False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca, 0 if ca else None), True)
        .add_extension(x509.KeyUsage(**usage, key_cert_sign=ca, crl_sign=ca), True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.crt").write_bytes(pem)
    (folder / "ca.key").write_bytes(key_pem(key))
    return folder


def load(folder, now=NOW):
    return Authority.load(str(folder / "ca.crt"), str(folder / "ca.key"), now)


@pytest.fixture
def authority(tmp_path):
    return load(make_ca(tmp_path))


def openssl(*arguments):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    return done.stdout + done.stderr


def test_openssl_takes_a_certificate_for_a_tls_client_and_for_no_server(
    authority, tmp_path
):
    issued = authority.issue("TEMP-1", make_key().public_key(), NOW, 30)
    (tmp_path / "x.crt").write_text(issued.pem)
    verify = ("verify", "-CAfile", tmp_path / "ca.crt", "-purpose")
    assert "OK" in openssl(*verify, "sslclient", tmp_path / "x.crt")
    assert "OK" not in openssl(*verify, "sslserver", tmp_path / "x.crt")
    shown = openssl(
        "x509", "-noout", "-subject", "-serial", "-in", str(tmp_path / "x.crt")
    )
    assert "CN = TEMP-1" in shown
    assert f"serial={issued.serial}\n" in shown


def test_a_certificate_never_outlives_its_ca(authority):
    issued = authority.issue("TEMP-1", make_key().public_key(), NOW, 1000)
    assert issued.not_after == NOW + timedelta(days=100)


def test_a_device_whose_clock_is_a_little_behind_takes_it_at_once(tmp_path):
    make_ca(tmp_path, begins=NOW - timedelta(days=1))
    issued = load(tmp_path).issue("TEMP-1", make_key().public_key(), NOW, 30)
    assert issued.not_before == NOW - timedelta(minutes=5)


def test_serials_are_never_the_same(authority):
    key = make_key().public_key()
    serials = {authority.issue("TEMP-1", key, NOW, 1).serial for _ in range(50)}
    assert len(serials) == 50


def test_openssl_finds_a_revoked_certificate_in_the_list_and_no_other(
    authority, tmp_path
):
    good, bad = (
        authority.issue(name, make_key().public_key(), NOW, 30) for name in "AB"
    )
    revoked = [(bad.serial, NOW, "key_compromise")]
    (tmp_path / "crl.pem").write_bytes(authority.revocation_list(revoked, NOW))
    for issued, words in ((good, "OK"), (bad, "certificate revoked")):
        (tmp_path / "x.crt").write_text(issued.pem)
        ca, crl = tmp_path / "ca.crt", tmp_path / "crl.pem"
        verify = ("verify", "-crl_check", "-CAfile", ca, "-CRLfile", crl)
        assert words in openssl(*verify, tmp_path / "x.crt")


def test_the_list_is_valid_as_long_as_the_ca(authority):
    crl = x509.load_pem_x509_crl(authority.revocation_list([], NOW))
    assert crl.next_update_utc == authority.not_after


def test_the_list_holds_already_for_a_broker_whose_clock_is_behind(tmp_path):
    authority = load(make_ca(tmp_path, begins=NOW - timedelta(days=1)))
    crl = x509.load_pem_x509_crl(authority.revocation_list([], NOW))
    assert crl.last_update_utc == NOW - timedelta(minutes=5)


def test_it_is_known_whether_a_list_says_the_same(authority, tmp_path):
    one = authority.issue("A", make_key().public_key(), NOW, 30)
    pem = authority.revocation_list([(one.serial, NOW, "superseded")], NOW)
    assert serials_in(pem) == {one.serial}
    assert authority.lists_exactly(pem, [one.serial])
    assert not authority.lists_exactly(pem, [])
    assert not authority.lists_exactly(b"", [])
    other = load(make_ca(tmp_path))
    assert not other.lists_exactly(pem, [one.serial])


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda folder: (folder / "ca.key").unlink(), "unreadable"),
        (lambda folder: (folder / "ca.key").write_text("x"), "no_key"),
        (lambda folder: (folder / "ca.crt").write_text("x"), "no_ca"),
        (lambda folder: make_ca(folder, ca=False), "no_ca"),
        (
            lambda folder: (folder / "ca.key").write_bytes(key_pem(make_key())),
            "mismatch",
        ),
        (lambda folder: make_ca(folder, begins=NOW - timedelta(days=200)), "expired"),
        (lambda folder: make_ca(folder, begins=NOW + timedelta(days=2)), "early"),
    ],
)
def test_a_ca_that_cannot_be_used_says_why(tmp_path, spoil, problem):
    make_ca(tmp_path)
    spoil(tmp_path)
    with pytest.raises(AuthorityError) as caught:
        load(tmp_path)
    assert caught.value.problem == problem


def test_a_key_with_a_passphrase_is_no_key_for_us(tmp_path):
    make_ca(tmp_path)
    encrypted = make_key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
    (tmp_path / "ca.key").write_bytes(encrypted)
    with pytest.raises(AuthorityError, match="no_key"):
        load(tmp_path)


def test_no_path_at_all_is_a_missing_ca():
    with pytest.raises(AuthorityError, match="missing"):
        Authority.load("", "", NOW)


def test_an_rsa_ca_of_an_earlier_installation_serves_as_well(tmp_path):
    key = rsa.generate_private_key(65537, 2048)
    make_ca(tmp_path, key=key)
    issued = load(tmp_path).issue("A", make_key().public_key(), NOW, 30)
    certificate = x509.load_pem_x509_certificate(issued.pem.encode())
    assert isinstance(certificate.public_key(), ec.EllipticCurvePublicKey)
    assert load(tmp_path).has_issued(certificate)
