from werkzeug.exceptions import MethodNotAllowed, NotFound

from odoo.http import Controller, db_filter, db_list, request, route

from ..dispatcher import ROUTING_TYPE, methods_of
from ..errors import ApiError
from .routes import BASE


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
            raise _without_database()
        if methods := methods_of(request):
            raise MethodNotAllowed(valid_methods=methods)
        raise NotFound("There is no such address.")


def _without_database():
    """Odoo found none, or could not open the one that it found."""
    named = request.httprequest.headers.get("X-Odoo-Database")
    if named and not db_filter([named]):
        return ApiError(400, "X-Odoo-Database: This server has no such database.")
    if not named and len(db_list(force=True)) > 1:
        message = "This server has several databases: name one in X-Odoo-Database."
        return ApiError(400, message)
    return ApiError(503)
