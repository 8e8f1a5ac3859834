"""JSON in every case: also when nobody is logged in, and when something breaks.

Odoo's own dispatchers answer errors with an HTML page or with a traceback. Exceptions
still pass through Odoo first, which retries a transaction that could not be serialized;
only what is left of them becomes an answer here.
"""

import psycopg2
import psycopg2.pool
from werkzeug.exceptions import HTTPException, abort
from werkzeug.http import parse_accept_header

from odoo.exceptions import (
    AccessDenied,
    AccessError,
    MissingError,
    UserError,
    ValidationError,
)
from odoo.http import Dispatcher, Response, SessionExpiredException

from odoo.addons.smartdairy_iot.errors import StoreAwayError
from odoo.addons.smartdairy_iot.settings import get_settings

from . import http_answer
from .errors import RETRY_AFTER, ApiError, to_body

ROUTING_TYPE = "smartdairy_iot_api"
MAX_BODY = 64 * 1024  # bytes

# The first that fits.
_STATUSES = (
    (StoreAwayError, 503),
    (psycopg2.OperationalError, 503),
    (psycopg2.InterfaceError, 503),
    (psycopg2.pool.PoolError, 503),  # more at once than there are connections
    (AccessDenied, 401),
    (SessionExpiredException, 401),
    (AccessError, 403),
    (MissingError, 404),
    (ValidationError, 422),
    (UserError, 409),  # “makes no sense given the current state of a record”
)
# Whose own text is told; those of the others name models, groups, records and hosts.
_SPEAKING = (422, 409)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_OPEN_TO_NOBODY = "private, no-cache"
_CHANGES_WITH = "Authorization, Origin, Accept-Encoding"


class ApiDispatcher(Dispatcher):
    routing_type = ROUTING_TYPE

    @classmethod
    def is_compatible_with(cls, request):
        """Any content type: a refusal from here would come as HTML."""
        return True

    def pre_dispatch(self, rule, args):
        """Odoo's own knows one allowed origin for all, and no status 413."""
        request, routing = self.request, rule.endpoint.routing
        request.session.can_save = False
        if request.httprequest.method == "OPTIONS":
            # Odoo gives us one of the routes of this address.
            abort(self._preflight(methods_of(request)))
        limit = routing.get("max_content_length", MAX_BODY)
        if (request.httprequest.content_length or 0) > limit:
            raise ApiError(413, f"A body has at most {limit} bytes.")
        request.httprequest.max_content_length = limit

    def dispatch(self, endpoint, args):
        self.request.params = dict(args)
        if self.request.db:
            result = self.request.registry["ir.http"]._dispatch(endpoint)
        else:
            result = endpoint(**self.request.params)
        if isinstance(result, Response):
            return result
        status = endpoint.routing.get("status", 200)
        response = self._answer(result, status)
        if self.request.httprequest.method in ("GET", "HEAD"):
            response.add_etag(weak=True)  # packed or not, it is the same
            response.make_conditional(self.request.httprequest)
        return response

    def handle_error(self, exc):
        status, body, headers = _describe(exc)
        response = self._answer(body, status)
        for name, value in headers:
            response.headers[name] = value
        return response

    def _answer(self, data, status):
        headers = self.request.httprequest.headers
        accepted = parse_accept_header(headers.get("Accept-Encoding"))
        body = http_answer.to_json(data) if status != 204 else b""
        body, packing = http_answer.pack(body, accepted.quality("gzip") > 0)
        response = Response(body, status=status, mimetype="application/json")
        response.headers.update(packing | self._cors())
        response.headers["Cache-Control"] = _OPEN_TO_NOBODY
        response.headers["Vary"] = _CHANGES_WITH
        return response

    def _cors(self):
        origin = self.request.httprequest.headers.get("Origin")
        return http_answer.cors_headers(origin, _allowed_origins())

    def _preflight(self, methods):
        origin = self.request.httprequest.headers.get("Origin")
        methods = sorted({*methods, "OPTIONS"})
        headers = http_answer.preflight_headers(origin, _allowed_origins(), methods)
        return Response(status=204, headers=headers | {"Vary": _CHANGES_WITH})


def methods_of(request):
    """What all routes together take at this address, the fallback's aside."""
    if not request.db:  # any: a page must be let read why it gets nothing
        return _METHODS
    routing_map = request.env["ir.http"].routing_map()
    adapter = routing_map.bind_to_environ(request.httprequest.environ)
    rules = (
        adapter.match(request.httprequest.path, method=method, return_rule=True)[0]
        for method in _METHODS
    )
    return sorted({name for r in rules for name in r.endpoint.routing["methods"] or ()})


def _allowed_origins():
    return get_settings().api_allowed_origins.split()


def _describe(exc):
    """``(status, body, headers)``"""
    if isinstance(exc, ApiError):
        body = to_body(exc.status, exc.message, exc.field, exc.code)
        return exc.status, body, _more(exc.status, exc.retry_after)
    if isinstance(exc, HTTPException) and exc.code:
        headers = [(k, v) for k, v in exc.get_headers() if k != "Content-Type"]
        message = exc.description if exc.code != 413 else None
        # What the exception itself says, such as how long to wait, comes last: it wins.
        return exc.code, to_body(exc.code, message), _more(exc.code) + headers
    for kind, status in _STATUSES:
        if isinstance(exc, kind):
            message = str(exc) if status in _SPEAKING else None
            return status, to_body(status, message), _more(status)
    return 500, to_body(500), []


def _more(status, retry_after=None):
    if status == 401:
        return [("WWW-Authenticate", "Bearer")]
    retry_after = retry_after or RETRY_AFTER.get(status)
    return [("Retry-After", str(int(retry_after)))] if retry_after else []
