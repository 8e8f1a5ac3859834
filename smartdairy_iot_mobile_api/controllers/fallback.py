from werkzeug.exceptions import MethodNotAllowed, NotFound

from odoo.http import Controller, request, route

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
            raise ApiError(
                503,
                "There is no database, or it is not known which: name it in the "
                "header X-Odoo-Database.",
            )
        if methods := methods_of(request):
            raise MethodNotAllowed(valid_methods=methods)
        raise NotFound("There is no such address.")
