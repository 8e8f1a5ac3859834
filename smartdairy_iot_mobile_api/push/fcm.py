"""FCM HTTP v1 through ``pyfcm``: its payloads, its credentials, its addresses.

What it does around that is replaced, for a job that must not stand still: it sleeps as
long as ``Retry-After`` says and asks again without end, retries by itself, waits for
120 s, and its errors do not tell how long to wait.
"""

import threading
from functools import partial

import requests
from google.auth.exceptions import GoogleAuthError
from google.auth.transport.requests import Request
from pyfcm import FCMNotification
from pyfcm.errors import FCMError

from odoo.addons.smartdairy_iot.notify.outcome import Outcome
from odoo.addons.smartdairy_iot.notify.side_by_side import Result
from odoo.addons.smartdairy_iot.notify.transport import TIMEOUT, NoAnswer, exchange

from .answer import judge


class FcmAwayError(Exception):
    """Nothing can be sent now; the message says why, and has no secret in it."""


class Fcm(FCMNotification):
    """One for each process: it keeps the access token, which is good for an hour."""

    def __init__(self, service_account_file, url):
        super().__init__(service_account_file=service_account_file)
        self.FCM_END_POINT_BASE = f"{url.rstrip('/')}/v1/projects"
        self.timeout = TIMEOUT  # seconds, for each step
        self._lock = threading.Lock()

    def authorize(self, refused=None):
        """
        :param refused: an access token that FCM does not take
        :return: an access token
        :raise FcmAwayError:
        """
        with self._lock:
            try:
                if self.credentials is None:
                    self._initialize_credentials()
                if not self.credentials.valid or self.credentials.token == refused:
                    with requests.Session() as session:
                        ask = partial(Request(session), timeout=self.timeout)
                        self.credentials.refresh(ask)
                return self.credentials.token
            except (FCMError, ValueError, OSError) as error:
                said = "The service account of FCM cannot be read"
                raise FcmAwayError(f"{said}: {type(error).__name__}.") from None
            except GoogleAuthError as error:
                said = "Google does not let our service account in"
                raise FcmAwayError(f"{said}: {_first_line(error)}") from None

    def to_payload(self, token, **arguments):
        """:param arguments: see :func:`~.message.to_arguments`"""
        return self.parse_payload(fcm_token=token, **arguments)

    def send(self, session, _token, _headers, body):
        """One message to one device: a ``send`` of core's ``side_by_side``."""
        try:
            verdict = self._ask(session, body)
        except FcmAwayError as error:
            return Result(Outcome(False, str(error)), is_silent=True)
        except NoAnswer as error:
            return Result(Outcome(False, f"FCM: {error}"), is_silent=True)
        outcome = Outcome(
            verdict.is_sent,
            verdict.error,
            is_final=verdict.is_final,
            is_channel_down=verdict.is_unauthorized,
            reference=verdict.reference,
            retry_after=verdict.wait,
        )
        return Result(outcome, is_gone=verdict.is_gone)

    def _ask(self, session, body):
        """Once more with a new access token, if the one at hand is refused."""
        refused = None
        for _again in range(2):
            token = self.authorize(refused)
            headers = {
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json; charset=utf-8",
            }
            answer = exchange(
                session,
                "POST",
                self.fcm_end_point,
                headers=headers,
                data=body,
                timeout=self.timeout,
            )
            verdict = judge(answer.status, answer.text, answer.retry_after)
            if not verdict.is_unauthorized:
                break
            refused = token
        return verdict


def _first_line(error):
    return str(error.args[0] if error.args else error).splitlines()[0][:120]
