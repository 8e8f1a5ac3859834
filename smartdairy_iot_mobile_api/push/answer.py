"""What FCM's answer means for the message, for the device and for the next attempt.
Pure. Source: https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode
"""

import json
from typing import NamedTuple

# As core's: after each failed attempt of a notification, in seconds.
BACKOFF = (10, 30, 120, 600, 1800)
_QUOTA = 60  # FCM: where a 429 does not say how long to wait
_SPREAD = 0.25  # so that a thousand phones do not come back in the same second
_LATER = {429, 500, 502, 503, 504}


class Verdict(NamedTuple):
    """
    :param reference: FCM's name of the message
    :param is_final: this message will never reach this device
    :param is_gone: the token is dead: nothing will
    :param is_unauthorized: it is our own access that FCM refuses
    :param wait: seconds that FCM asks for, 0: it does not
    """

    is_sent: bool = False
    reference: str = ""
    error: str = ""
    is_final: bool = False
    is_gone: bool = False
    is_unauthorized: bool = False
    wait: int = 0


def judge(status, text, retry_after=0):
    """
    :param text: the body; whatever it is
    :param retry_after: seconds of the header, 0: there is none
    """
    content = _object(text)
    if 200 <= status < 300:
        name = content.get("name")
        if isinstance(name, str) and name:
            return Verdict(True, name.rpartition("/")[2])
        # A proxy that answers for a network that is down.
        return Verdict(error="FCM: an answer that is not FCM's")
    error = content.get("error")
    error = error if isinstance(error, dict) else {}
    code = _code(error) or str(error.get("status") or "")
    said = f"FCM: HTTP {status} {code}".strip()
    if _is_gone(status, code, error):
        return Verdict(error=said, is_final=True, is_gone=True)
    if status in (401, 403):
        return Verdict(error=said, is_unauthorized=True)
    if status in _LATER:
        wait = retry_after or (_QUOTA if status == 429 else 0)
        return Verdict(error=said, wait=wait)
    return Verdict(error=said, is_final=True)


def seconds_to_wait(attempts, asked, dice):
    """How long to wait with one device after that many failed attempts.

    :param asked: by FCM, 0: nothing
    :param dice: from 0 to 1

    >>> seconds_to_wait(1, 0, 0), seconds_to_wait(2, 0, 1), seconds_to_wait(1, 60, 0)
    (10, 37, 60)
    """
    step = BACKOFF[min(max(attempts, 1), len(BACKOFF)) - 1]
    return int(max(step, asked) * (1 + _SPREAD * dice))


def _is_gone(status, code, error):
    if code in ("UNREGISTERED", "SENDER_ID_MISMATCH"):
        return True
    if status == 404 and error:
        return True
    return status == 400 and _is_about_token(error)


def _is_about_token(error):
    for detail in _details(error):
        for violation in detail.get("fieldViolations") or ():
            if isinstance(violation, dict) and violation.get("field") in (
                "message.token",
                "token",
            ):
                return True
    return "registration token" in str(error.get("message", "")).lower()


def _code(error):
    codes = (detail.get("errorCode") for detail in _details(error))
    return next((code for code in codes if isinstance(code, str)), "")


def _details(error):
    details = error.get("details")
    return (
        [one for one in details if isinstance(one, dict)]
        if isinstance(details, list)
        else []
    )


def _object(text):
    try:
        content = json.loads(text)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
