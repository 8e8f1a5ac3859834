"""JSON in every case: also when nobody is logged in, and when something breaks.

Odoo's own dispatchers answer errors with an HTML page or with a traceback. Exceptions
still pass through Odoo first, which retries a transaction that could not be serialized;
only what is left of them becomes an answer here.
"""

from werkzeug.exceptions import HTTPException, MethodNotAllowed

from odoo.exceptions import (
    AccessDenied,
    AccessError,
    MissingError,
    UserError,
    ValidationError,
)
from odoo.http import Dispatcher, SessionExpiredException

from .errors import InvalidParameterError, to_body

ROUTING_TYPE = "smartdairy_iot_api"

# The first that fits.
_STATUSES = (
    (InvalidParameterError, 422),
    (AccessDenied, 401),
    (SessionExpiredException, 401),
    (AccessError, 403),
    (MissingError, 404),
    (ValidationError, 422),
    (UserError, 409),  # “makes no sense given the current state of a record”
)
# Whose own text is told; those of the others name models, groups and records.
_SPEAKING = (422, 409)


class ApiDispatcher(Dispatcher):
    routing_type = ROUTING_TYPE

    @classmethod
    def is_compatible_with(cls, request):
        """Any content type: a refusal from here would come as HTML."""
        return True

    def dispatch(self, endpoint, args):
        if self.request.httprequest.method == "OPTIONS":
            # Odoo lets it into every route, for CORS, and would run the endpoint.
            raise MethodNotAllowed(valid_methods=endpoint.routing["methods"])
        self.request.params = dict(args)
        result = self.request.registry["ir.http"]._dispatch(endpoint)
        return self.request.make_json_response(result)

    def handle_error(self, exc):
        status, message, headers = _describe(exc)
        body = to_body(status, message, getattr(exc, "field", None))
        return self.request.make_json_response(body, headers=headers, status=status)


def _describe(exc):
    """``(status, message or None, headers)``"""
    if isinstance(exc, HTTPException) and exc.code:
        headers = [(k, v) for k, v in exc.get_headers() if k != "Content-Type"]
        return exc.code, exc.description, headers
    for kind, status in _STATUSES:
        if isinstance(exc, kind):
            message = str(exc) if status in _SPEAKING else None
            return status, message, _challenge(status)
    return 500, None, []


def _challenge(status):
    return [("WWW-Authenticate", "Bearer")] if status == 401 else []
