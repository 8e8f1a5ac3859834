"""What every answer has in common, as headers and bytes. Pure."""

import gzip
import json

# Larger than a network packet: less is not worth the time.
_WORTH_PACKING = 1400
_PACKED = 5  # zlib's level: half of level 9's time for 3 % more bytes
ALLOWED_HEADERS = "Authorization, Content-Type, If-None-Match, X-Odoo-Database"
EXPOSED_HEADERS = "ETag, Retry-After, WWW-Authenticate"
_PREFLIGHT_AGE = "600"  # seconds


def to_json(data):
    """Compact UTF-8; a number that JSON has not (NaN) is an error of ours.

    :raise ValueError: NaN or infinity
    """
    text = json.dumps(
        data, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str
    )
    return text.encode()


def pack(body, accepted):
    """:param accepted: whether the caller reads gzip
    :return: ``(bytes, headers)``
    """
    if not accepted or len(body) < _WORTH_PACKING:
        return body, {}
    # Without a time in it, so that equal answers are equal bytes.
    return gzip.compress(body, _PACKED, mtime=0), {"Content-Encoding": "gzip"}


def cors_headers(origin, allowed):
    """:param origin: of the page that asks, None if it is no page
    :param allowed: origins; ``*`` is every one
    """
    if not origin or not ({origin, "*"} & set(allowed)):
        return {}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    }


def preflight_headers(origin, allowed, methods):
    """What a browser asks before it lets a page of another origin ask."""
    headers = {"Allow": ", ".join(methods)}
    if cors := cors_headers(origin, allowed):
        headers |= cors | {
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": ALLOWED_HEADERS,
            "Access-Control-Max-Age": _PREFLIGHT_AGE,
        }
    return headers
