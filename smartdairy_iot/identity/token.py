"""Tokens of devices without a certificate, as Mosquitto's password file has them. Pure.

``$7$<iterations>$<salt>$<hash>``: PBKDF2 with SHA-512, 12 bytes of salt, 64 of hash.
"""

import base64
import hashlib
import secrets

# A token is 256 random bits: nobody guesses it, however fast a guess is. And Mosquitto
# computes this for every client that is connected, one after another, each time that it
# reads the file again: with 210,000 iterations, 10,000 devices would stand still for
# half an hour. It is what mosquitto_passwd takes itself.
ITERATIONS = 101
_SALT_BYTES = 12
_HASH_BYTES = 64


def make_token():
    """43 letters, digits, ``-`` and ``_``: 256 bits."""
    return secrets.token_urlsafe(32)


def hash_token(token, salt=None, iterations=ITERATIONS):
    """One field of a line in ``passwd``."""
    salt = salt or secrets.token_bytes(_SALT_BYTES)
    digest = hashlib.pbkdf2_hmac(
        "sha512", token.encode(), salt, iterations, _HASH_BYTES
    )
    encode = base64.b64encode
    return f"$7${iterations}${encode(salt).decode()}${encode(digest).decode()}"
