"""The one shape of every answer that is no success. Pure.

``{"code": …, "message": …, "field": …}``: ``code`` is for programs and never changes,
``message`` is for people, ``field`` names the parameter that was wrong, else null.
"""

import logging

# status → (code, message unless the error has one of its own)
_KNOWN = {
    400: ("bad_request", "The request cannot be understood."),
    401: ("unauthenticated", "Sign in, and send the token: “Authorization: Bearer <token>”."),
    403: ("forbidden", "You have no access to this."),
    404: ("not_found", "There is no such thing here."),
    405: ("method_not_allowed", "This address does not take that method."),
    409: ("conflict", "This is not possible in the present state."),
    413: ("too_large", "The request is too large."),
    422: ("invalid_parameter", "A parameter is not valid."),
    429: ("too_many_requests", "Too many requests: wait before the next one."),
    500: ("internal_error", "Something went wrong on the server."),
}


class InvalidParameterError(ValueError):
    """The caller sent a parameter that cannot be used."""

    loglevel = logging.INFO  # Odoo then logs one line, without a traceback

    def __init__(self, field, message):
        super().__init__(message)
        self.field = field


def to_body(status, message=None, field=None):
    """The JSON object of an error answer with that HTTP status."""
    general = 400 if status < 500 else 500
    code, default = _KNOWN.get(status, _KNOWN[general])
    return {"code": code, "message": message or default, "field": field}
