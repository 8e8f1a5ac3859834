"""The one shape of every answer that is no success. Pure.

``{"code": …, "message": …, "field": …}``: ``code`` is for programs and never changes,
``message`` is for people, ``field`` names the parameter that was wrong, else null.
"""

import logging

# status → (code, message unless the error has one of its own)
KNOWN = {
    400: ("bad_request", "The request cannot be understood."),
    401: ("unauthenticated", "Send a valid token: “Authorization: Bearer <token>”."),
    403: ("forbidden", "You have no access to this."),
    404: ("not_found", "There is no such thing here."),
    405: ("method_not_allowed", "This address does not take that method."),
    409: ("conflict", "This is not possible in the present state."),
    413: ("too_large", "The request is too large."),
    415: ("unsupported_media_type", "Send JSON: “Content-Type: application/json”."),
    422: ("invalid_parameter", "A parameter is not valid."),
    429: ("too_many_requests", "You ask too often. Try again later."),
    500: ("internal_error", "Something went wrong on the server."),
    503: ("unavailable", "The server cannot answer now. Try again later."),
}
# How long to wait, in seconds, where the error does not say it.
RETRY_AFTER = {429: 60, 503: 10}


class ApiError(Exception):
    """A refusal with a status of HTTP; any of :data:`KNOWN`.

    :param code: instead of the status's own, for programs
    :param retry_after: seconds, of 429 and 503
    """

    loglevel = logging.INFO  # Odoo then logs one line, without a traceback

    def __init__(self, status, message=None, field=None, code=None, retry_after=None):
        super().__init__(message or KNOWN[status][1])
        self.status = status
        self.message = message
        self.field = field
        self.code = code
        self.retry_after = retry_after or RETRY_AFTER.get(status)


class InvalidParameterError(ApiError):
    """The caller sent a parameter that cannot be used."""

    def __init__(self, field, message):
        super().__init__(422, message, field)


def to_body(status, message=None, field=None, code=None):
    """The JSON object of an error answer with that HTTP status."""
    general = 400 if status < 500 else 500
    known, default = KNOWN.get(status, KNOWN[general])
    return {"code": code or known, "message": message or default, "field": field}
