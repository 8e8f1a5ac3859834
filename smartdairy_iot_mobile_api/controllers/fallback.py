from werkzeug.exceptions import MethodNotAllowed, NotFound

from odoo.http import Controller, request, route

from ..dispatcher import ROUTING_TYPE
from ..errors import ApiError
from .routes import BASE

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Fallback(Controller):
    """What no other route took: without this, Odoo would answer with HTML.

    Where the add-on is among the server-wide modules, it also answers while there is no
    database.
    """

    @route(
        [BASE, f"{BASE}/<path:subpath>"],
        type=ROUTING_TYPE,
        auth="none",
        readonly=True,
        save_session=False,
    )
    def refuse(self, subpath=None):
        if not request.db:
            raise ApiError(
                503,
                "There is no database, or it is not known which: name it in the "
                "header X-Odoo-Database.",
            )
        if methods := _methods_of(request.httprequest):
            raise MethodNotAllowed(valid_methods=methods)
        raise NotFound("There is no such address.")


def _methods_of(httprequest):
    """What another route takes at this address: this one alone names no methods."""
    routing_map = request.env["ir.http"].routing_map()
    adapter = routing_map.bind_to_environ(httprequest.environ)
    rules = (
        adapter.match(httprequest.path, method=method, return_rule=True)[0]
        for method in _METHODS
    )
    return sorted({name for r in rules for name in r.endpoint.routing["methods"] or ()})
