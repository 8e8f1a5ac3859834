"""How all routes of the API are declared."""

from odoo.http import route

from ..dispatcher import ROUTING_TYPE


def get(path):
    """It only reads, so it may be served by a replica."""
    return _route(path, "GET", readonly=True)


def post(path):
    return _route(path, "POST", readonly=False)


def _route(path, method, readonly):
    return route(
        path,
        type=ROUTING_TYPE,
        auth="bearer",
        methods=[method],
        readonly=readonly,
        save_session=False,
    )
