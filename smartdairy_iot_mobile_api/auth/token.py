"""What a caller shows instead of a password: bearer tokens. Pure.

A token is 256 random bits: nobody guesses one, so a plain SHA-256 is hash enough, and
it is found by its hash; how long that takes tells nothing about the token.
"""

import hashlib
import re
import secrets

SCOPE = "smartdairy_iot"  # of Odoo's API keys that open this API, and nothing else
ACCESS = "iot_a_"
REFRESH = "iot_r_"
CHALLENGE = "iot_c_"  # between password and second factor
_BEARER = re.compile(r"bearer +([\x21-\x7e]{1,200})", re.IGNORECASE)


def make_token(prefix):
    """49 characters: the prefix tells people, and scanners of leaks, what it is."""
    return prefix + secrets.token_urlsafe(32)


def hash_token(token):
    return hashlib.sha256(token.encode()).hexdigest()


def to_bearer(header):
    """
    :param header: of ``Authorization``, or None
    :return: the token, or None
    """
    found = _BEARER.fullmatch((header or "").strip())
    return found[1] if found else None
