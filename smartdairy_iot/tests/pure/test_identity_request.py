"""What a person uploads."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from smartdairy_iot.identity.authority import make_key
from smartdairy_iot.identity.request import (
    RequestError,
    is_certificate,
    read_certificate,
    read_request,
)
from smartdairy_iot.tests.pure.test_identity_authority import NOW, load, make_ca


def make_request(key, encoding=serialization.Encoding.PEM, name="SOMEBODY-ELSE"):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    return builder.sign(key, algorithm).public_bytes(encoding)


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1(), ec.SECP521R1()])
@pytest.mark.parametrize(
    "encoding",
    [serialization.Encoding.PEM, serialization.Encoding.DER],
    ids=["PEM", "DER"],
)
def test_p_256_and_better_are_taken(curve, encoding):
    key = ec.generate_private_key(curve)
    raw = make_request(key, encoding)
    assert read_request(raw) == key.public_key()


@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 2048),
        ec.generate_private_key(ec.SECP224R1()),
        ec.generate_private_key(ec.BrainpoolP256R1()),
        ed25519.Ed25519PrivateKey.generate(),
    ],
    ids=["RSA", "P-224", "brainpool", "Ed25519"],
)
def test_any_other_key_is_refused_by_name(key):
    with pytest.raises(RequestError) as caught:
        read_request(make_request(key))
    assert caught.value.problem == "key"
    assert caught.value.detail


def test_who_has_not_the_key_gets_no_certificate():
    raw = make_request(make_key(), serialization.Encoding.DER)
    with pytest.raises(RequestError, match="signature"):
        read_request(raw[:-4] + bytes(4))


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"", "syntax"),
        (b"hello", "syntax"),
        (b"-----BEGIN CERTIFICATE REQUEST-----\nx", "syntax"),
        (b"x" * 65537, "size"),
    ],
)
def test_what_is_no_request_is_refused(raw, problem):
    with pytest.raises(RequestError) as caught:
        read_request(raw)
    assert caught.value.problem == problem


def test_a_certificate_issued_elsewhere_by_the_same_ca_is_recognised(tmp_path):
    authority = load(make_ca(tmp_path))
    raw = authority.issue("TEMP-1", make_key().public_key(), NOW, 30).pem.encode()
    assert is_certificate(raw)
    found = read_certificate(raw, authority, "TEMP-1", NOW)
    assert found.public_bytes(serialization.Encoding.PEM) == raw
    with pytest.raises(RequestError, match="name: TEMP-1"):
        read_certificate(raw, authority, "TEMP-2", NOW)
    with pytest.raises(RequestError, match="issuer"):
        read_certificate(raw, load(make_ca(tmp_path)), "TEMP-1", NOW)
    with pytest.raises(RequestError, match="expired"):
        read_certificate(raw, authority, "TEMP-1", NOW.replace(year=NOW.year + 1))
