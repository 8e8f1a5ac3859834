"""One-time codes: what is printed on the label of a shipped device, and its hash.

16 symbols of Crockford's base 32 are 80 bits: with the limits on tries nobody guesses
one, so a plain SHA-256 is hash enough; a slow one protects what people choose.
"""

import hashlib
import hmac
import secrets

# No I, L, O, U: what looks like them is read as what was meant.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MEANT = str.maketrans("ILO", "110")
_SYMBOLS = 16
_NOBODYS = hashlib.sha256(b"").hexdigest()


def make_code():
    """:return: such as ``7K3M-9QXV-20RT-HW5C``"""
    symbols = "".join(secrets.choice(_ALPHABET) for _ in range(_SYMBOLS))
    return "-".join(symbols[at : at + 4] for at in range(0, _SYMBOLS, 4))


def normalise(text):
    """What a person typed, without its dashes and lookalikes; "" if it is no code."""
    symbols = "".join(text.upper().split()).replace("-", "").translate(_MEANT)
    is_code = len(symbols) == _SYMBOLS and set(symbols) <= set(_ALPHABET)
    return symbols if is_code else ""


def hash_code(code):
    return hashlib.sha256(normalise(code).encode()).hexdigest()


def is_code_of(code, code_hash):
    """Takes as long for a wrong code as for a right one, and for no device at all.

    :param code_hash: None: there is none
    """
    is_equal = hmac.compare_digest(hash_code(code), code_hash or _NOBODYS)
    return is_equal and bool(code_hash) and bool(normalise(code))
