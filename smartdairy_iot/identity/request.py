"""What a person uploads: a signing request, or a certificate made elsewhere. Pure."""

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

LARGEST = 65536
_SMALLEST_KEY = 256  # bits, of an elliptic curve


class RequestError(ValueError):
    """It cannot be used.

    :ivar problem: size | syntax | key | signature | issuer | name | expired
    """

    def __init__(self, problem, detail=""):
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail


def read_request(raw):
    """The public key of a certificate signing request (PEM or DER).

    Its subject and extensions are of no interest: we write our own.

    :raise RequestError: with the problem
    """
    request = _parse(raw, x509.load_pem_x509_csr, x509.load_der_x509_csr)
    key = _strong_key(request)
    if not request.is_signature_valid:  # whoever sent it has not the key
        raise RequestError("signature")
    return key


def is_certificate(raw):
    return b"-----BEGIN CERTIFICATE-----" in raw


def read_certificate(raw, authority, common_name, now):
    """A certificate that ``authority`` has issued to ``common_name`` elsewhere.

    :return: the certificate
    :raise RequestError: with the problem
    """
    certificate = _parse(
        raw, x509.load_pem_x509_certificate, x509.load_der_x509_certificate
    )
    if not authority.has_issued(certificate):
        raise RequestError("issuer")
    names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    if [name.value for name in names] != [common_name]:
        raise RequestError("name", ", ".join(str(name.value) for name in names))
    if certificate.not_valid_after_utc <= now:
        raise RequestError("expired", str(certificate.not_valid_after_utc.date()))
    return certificate


def _parse(raw, load_pem, load_der):
    if len(raw) > LARGEST:
        raise RequestError("size", str(len(raw)))
    load = load_pem if b"-----BEGIN" in raw else load_der
    try:
        return load(raw)
    except (ValueError, TypeError) as error:
        raise RequestError("syntax", str(error)) from None


def _strong_key(request):
    try:
        key = request.public_key()
    except Exception as error:  # noqa: BLE001 - a curve or type it does not know
        raise RequestError("key", str(error)) from None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise RequestError("key", type(key).__name__.strip("_"))
    if key.curve.key_size < _SMALLEST_KEY or not key.curve.name.startswith("secp"):
        raise RequestError("key", key.curve.name)
    return key
