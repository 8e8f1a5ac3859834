"""The CA: issues certificates of devices, and the list of those revoked. Pure.

X.509 v3 as RFC 5280 has it, EC keys (P-256 or better), ECDSA with SHA-256.
"""

from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ORGANIZATION = "Smart Dairy"
_CLOCKS = timedelta(minutes=5)  # a device whose clock is behind takes it at once
_CRL_ENDS_WITH_CA = timedelta(days=2)  # openssl counts in whole days
_REASONS = {
    "key_compromise": x509.ReasonFlags.key_compromise,
    "superseded": x509.ReasonFlags.superseded,
    "cessation": x509.ReasonFlags.cessation_of_operation,
    "unspecified": None,  # RFC 5280: to be left out
}


class AuthorityError(ValueError):
    """The CA cannot be used.

    :ivar problem: missing | unreadable | no_key | no_ca | mismatch | expired | early
    :ivar detail: a path, or what a library says
    """

    def __init__(self, problem, detail=""):
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail


class Issued(NamedTuple):
    """What is recorded of a certificate; times are UTC, with their zone."""

    common_name: str
    serial: str  # hexadecimal, as openssl prints it
    fingerprint: str  # SHA-256 of the DER, hexadecimal
    not_before: object
    not_after: object
    pem: str


class Authority:
    """A certificate that may sign others, with its key."""

    def __init__(self, certificate, key):
        self.certificate = certificate
        self._key = key

    @classmethod
    def load(cls, certificate_path, key_path, now):
        """
        :param now: datetime with a zone
        :raise AuthorityError: it cannot be used, and why
        """
        certificate = _parse(certificate_path, x509.load_pem_x509_certificate)
        key = _parse(key_path, _load_key)
        if key.public_key() != certificate.public_key():
            raise AuthorityError("mismatch", key_path)
        if not _is_ca(certificate):
            raise AuthorityError("no_ca", certificate_path)
        if now >= certificate.not_valid_after_utc:
            raise AuthorityError("expired", str(certificate.not_valid_after_utc.date()))
        if now < certificate.not_valid_before_utc:
            raise AuthorityError("early", str(certificate.not_valid_before_utc.date()))
        return cls(certificate, key)

    @property
    def name(self):
        names = self.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return (
            str(names[0].value) if names else self.certificate.subject.rfc4514_string()
        )

    @property
    def not_after(self):
        return self.certificate.not_valid_after_utc

    def issue(self, common_name, public_key, now, days):
        """A client certificate; never longer than the CA's own.

        :return: :class:`Issued`
        """
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
                x509.NameAttribute(NameOID.COMMON_NAME, common_name),
            ]
        )
        now = now.replace(microsecond=0)
        begins = max(now - _CLOCKS, self.certificate.not_valid_before_utc)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(begins)
            .not_valid_after(min(now + timedelta(days=days), self.not_after))
        )
        for extension, is_critical in self._extensions(public_key):
            builder = builder.add_extension(extension, is_critical)
        return record(builder.sign(self._key, hashes.SHA256()))

    def _extensions(self, public_key):
        signs_only = x509.KeyUsage(
            digital_signature=True,
            **dict.fromkeys(
                (
                    *("content_commitment", "key_encipherment", "data_encipherment"),
                    *("key_agreement", "key_cert_sign", "crl_sign"),
                    *("encipher_only", "decipher_only"),
                ),
                False,
            ),
        )
        return (
            (x509.BasicConstraints(ca=False, path_length=None), True),
            (signs_only, True),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),
            (x509.SubjectKeyIdentifier.from_public_key(public_key), False),
            (
                x509.AuthorityKeyIdentifier.from_issuer_public_key(
                    self.certificate.public_key()
                ),
                False,
            ),
        )

    def has_issued(self, certificate):
        """Whether its signature is ours."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True

    def revocation_list(self, revoked, now):
        """The CRL, valid as long as the CA.

        Past its date, Mosquitto refuses *every* certificate: an Odoo that is away must
        not silence a dairy.

        :param revoked: ``[(serial, revoked at, reason)]``
        :return: PEM, bytes
        """
        now = now.replace(microsecond=0)
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            # As Mosquitto would by one that begins later than its own clock says.
            .last_update(max(now - _CLOCKS, self.certificate.not_valid_before_utc))
            .next_update(self.not_after)
            .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
        )
        for serial, revoked_at, reason in revoked:
            entry = (
                x509.RevokedCertificateBuilder()
                .serial_number(int(serial, 16))
                .revocation_date(revoked_at.replace(microsecond=0))
            )
            if flag := _REASONS[reason]:
                entry = entry.add_extension(x509.CRLReason(flag), critical=False)
            builder = builder.add_revoked_certificate(entry.build())
        crl = builder.sign(self._key, hashes.SHA256())
        return crl.public_bytes(serialization.Encoding.PEM)

    def lists_exactly(self, pem, serials):
        """Whether a CRL is ours, in force, and names these serials."""
        try:
            crl = x509.load_pem_x509_crl(pem)
        except ValueError:
            return False
        return (
            crl.is_signature_valid(self.certificate.public_key())
            and crl.next_update_utc >= self.not_after - _CRL_ENDS_WITH_CA
            and serials_in(pem) == set(serials)
        )


def record(certificate):
    """:return: :class:`Issued`"""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Issued(
        str(names[0].value) if len(names) == 1 else "",
        _hex(certificate.serial_number),
        certificate.fingerprint(hashes.SHA256()).hex().upper(),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        _pem(certificate),
    )


def serials_in(pem):
    """Of a CRL; none of what is no CRL.

    :param pem: bytes
    """
    try:
        crl = x509.load_pem_x509_crl(pem)
    except ValueError:
        return set()
    return {_hex(entry.serial_number) for entry in crl}


def make_key():
    """A private key of a device: EC P-256."""
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key):
    """PKCS #8, not encrypted: the device has to read it. Bytes."""
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _hex(number):
    text = f"{number:X}"
    return text.zfill(len(text) + len(text) % 2)


def _load_key(raw):
    return serialization.load_pem_private_key(raw, None)


def _parse(path, parse):
    if not path:
        raise AuthorityError("missing")
    try:
        return parse(Path(path).read_bytes())
    except OSError as error:
        raise AuthorityError("unreadable", str(error)) from None
    except (ValueError, TypeError) as error:  # TypeError: the key has a passphrase
        raise AuthorityError("no_key" if parse is _load_key else "no_ca", path) from (
            error
        )


def _is_ca(certificate):
    try:
        basic = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage)
    except x509.ExtensionNotFound:
        return False
    return basic.value.ca and usage.value.key_cert_sign and usage.value.crl_sign
