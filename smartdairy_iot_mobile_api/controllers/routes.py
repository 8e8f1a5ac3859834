"""How all routes of the API are declared."""

from odoo.http import route

from ..dispatcher import ROUTING_TYPE


def get(path):
    """It only reads, so it may be served by a replica."""
    return _route(path, "GET", readonly=True)


def post(path):
    return _route(path, "POST")


def put(path):
    return _route(path, "PUT")


def delete(path):
    return _route(path, "DELETE")


def public_post(path):
    """For who has no token yet."""
    return _route(path, "POST", auth="smartdairy_iot_public")


def _route(path, method, readonly=False, auth="smartdairy_iot"):
    return route(
        path,
        type=ROUTING_TYPE,
        auth=auth,
        methods=[method],
        readonly=readonly,
        save_session=False,
    )
