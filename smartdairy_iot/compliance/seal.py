"""A data set as it is signed. Pure.

>>> text = freeze({"b": 1, "a": "°C"})
>>> text
'{"a":"°C","b":1}'
>>> digest(text)[:8]
'0b1408b1'
"""

import hashlib
import json


def freeze(data):
    """The same data is always the same text."""
    return json.dumps(
        data,
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
    )


def digest(text):
    """SHA-256, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
