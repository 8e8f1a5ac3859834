"""An SMS gateway that speaks HTTP, whichever it is: what to ask and what it answers.
Pure but for ``requests``.

Body and headers are JSON objects; in their strings ``{to}``, ``{text}``, ``{from}`` and
``{reference}`` are filled in, after the JSON was read: no text can break it. So is
``{token}``, from ``odoo.conf`` or the environment.
"""

import base64
import json
import re
from typing import NamedTuple
from urllib.parse import urlencode

import jmespath
import jmespath.exceptions

from .outcome import Outcome
from .transport import NoAnswer, exchange

PLACEHOLDERS = ("to", "text", "from", "reference", "token")
_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_RETRY = {408, 425, 429}
# As the settings call them.
_LABELS = {
    "body": "Fields",
    "headers": "Headers",
    "success": "Accepted When",
    "reference": "Its Message ID",
}


class GatewayError(ValueError):
    """The gateway's settings cannot be used; the message says which and why."""


class Secret(NamedTuple):
    """What nobody may read. A user makes it basic authentication, else it is a bearer
    token, unless ``{token}`` stands in the body or in a header."""

    token: str = ""
    user: str = ""
    password: str = ""

    def __repr__(self):
        return "Secret(…)"


class Gateway(NamedTuple):
    """
    :param body_format: ``json``, ``form``, or ``query`` (in the URL, for GET)
    :param body, headers: JSON objects, as text
    :param success: JMESPath over the JSON answer; empty: each 2xx is a success
    :param reference: JMESPath to the gateway's own id of the message
    """

    url: str
    method: str = "POST"
    body_format: str = "json"
    body: str = '{"to": "{to}", "text": "{text}"}'
    headers: str = ""
    sender: str = ""
    success: str = ""
    reference: str = ""

    def check(self):
        """:raise GatewayError: something would fail with every message"""
        for name in ("body", "headers"):
            _template(_LABELS[name], getattr(self, name))
        if self.body_format == "query" and "{token}" in self.body:
            raise GatewayError(
                "the token must not stand in the URL, where servers log it: put {token}"
                " into a header"
            )
        if "{text}" not in self.body or "{to}" not in self.body:
            raise GatewayError("{to} and {text} must both stand in Fields")
        for name in ("success", "reference"):
            try:
                jmespath.compile(getattr(self, name) or "@")
            except jmespath.exceptions.JMESPathError as error:
                why = str(error).splitlines()[0]
                raise GatewayError(f"{_LABELS[name]} is no JMESPath: {why}") from None

    def send(self, session, number, text, reference, secret, **how):
        """Send one message.

        :param number: E.164, such as ``+8801712345678``
        :param how: see :func:`~.transport.exchange`
        """
        values = {
            "to": number,
            "text": text,
            "from": self.sender,
            "reference": reference,
            "token": secret.token,
        }
        try:
            self.check()
            request = self._request(values, secret)
        except GatewayError as error:
            return Outcome(False, f"SMS gateway: {error}.", is_channel_down=True)
        try:
            answer = exchange(session, self.method, **request, **how)
        except NoAnswer as error:
            return Outcome(False, f"SMS gateway: {error}", is_channel_down=True)
        return self._judge(answer, secret)

    def _request(self, values, secret):
        headers = _fill(_template("headers", self.headers), values)
        body = _fill(_template("body", self.body), values)
        names = {name.lower() for name in headers}
        if "authorization" not in names and "{token}" not in self.body + self.headers:
            headers |= _authorization(secret)
        request = {"url": self.url, "headers": headers}
        if self.body_format == "query":
            separator = "&" if "?" in self.url else "?"
            request["url"] += separator + urlencode(_flat(body))
        elif self.body_format == "form":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            request["data"] = urlencode(_flat(body)).encode()
        else:
            headers["Content-Type"] = "application/json"
            request["data"] = json.dumps(body).encode()
        return request

    def _judge(self, answer, secret):
        said = _without(answer.excerpt, secret)
        if answer.is_success:
            content = _json(answer.text)
            if self.success and not jmespath.search(self.success, content):
                return Outcome(False, f"SMS gateway: refused: {said}", is_final=True)
            found = self.reference and jmespath.search(self.reference, content)
            return Outcome(True, reference=str(found or ""))
        error = f"SMS gateway: HTTP {answer.status}{said and ': '}{said}"
        if answer.status in (401, 403):
            error += " Check sms_token, or sms_user and sms_password, in odoo.conf."
        elif answer.is_redirect or answer.status in (404, 405):
            error += " Check the gateway's URL and method."
        elif answer.status in _RETRY or answer.status >= 500:
            is_busy = answer.status == 429
            return Outcome(
                False, error, is_channel_down=is_busy, retry_after=answer.retry_after
            )
        else:
            return Outcome(False, error, is_final=True)
        return Outcome(False, error, is_channel_down=True)


def _template(name, text):
    """:return: the JSON object, still with its placeholders"""
    try:
        template = json.loads(text or "{}")
    except ValueError as error:
        raise GatewayError(
            f'{name} is no JSON ({error}); placeholders stand in quotes, as in "{{to}}"'
        ) from None
    if not isinstance(template, dict):
        raise GatewayError(f'{name} is no JSON object, such as {{"to": "{{to}}"}}')
    unknown = set(_PLACEHOLDER.findall(text or "")) - set(PLACEHOLDERS)
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
        raise GatewayError(
            f"{name} has {{{min(unknown)}}}, which means nothing; there are {known}"
        )
    return template


def _fill(template, values):
    match template:
        case str():
            return _PLACEHOLDER.sub(lambda found: values[found[1]], template)
        case dict():
            return {key: _fill(value, values) for key, value in template.items()}
        case list():
            return [_fill(value, values) for value in template]
    return template


def _flat(body):
    """As form fields; a list is one field several times."""
    return [
        (key, one)
        for key, value in body.items()
        for one in (value if isinstance(value, list) else [value])
    ]


def _authorization(secret):
    if secret.user:
        pair = f"{secret.user}:{secret.password}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
    return {"Authorization": f"Bearer {secret.token}"} if secret.token else {}


def _without(text, secret):
    """A gateway that repeats what it was asked must not make us tell the secret."""
    for word in (secret.token, secret.password):
        text = text.replace(word, "…") if word else text
    return text


def _json(text):
    try:
        return json.loads(text)
    except ValueError:
        return None
