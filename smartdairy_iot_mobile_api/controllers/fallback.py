from werkzeug.exceptions import MethodNotAllowed, NotFound

from odoo.http import Controller, request, route

from ..dispatcher import ROUTING_TYPE

_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Fallback(Controller):
    """What no other route took: without this, Odoo would answer with HTML."""

    @route(
        ["/api/v1/iot", "/api/v1/iot/<path:subpath>"],
        type=ROUTING_TYPE,
        auth="public",
        readonly=True,
        save_session=False,
    )
    def refuse(self, subpath=None):
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
