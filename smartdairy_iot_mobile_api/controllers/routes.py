"""How all routes of the API are declared: once, for the code and its documentation."""

import functools
import inspect
from typing import NamedTuple

from odoo.http import request, route

from ..dispatcher import ROUTING_TYPE
from ..parameters import read_body, read_query

BASE = "/api/v1/iot"
AUTH = "smartdairy_iot"
OPERATIONS = []  # of this process, in the order of their declaration


class Operation(NamedTuple):
    """What the OpenAPI document tells of a route."""

    method: str
    path: str  # with BASE, as Odoo's routing has it
    name: str  # the operationId
    tag: str
    text: str  # its docstring: a line, and what else there is to say
    answer: type | None  # pydantic model; None: nothing is answered (204)
    query: type | None
    body: type | None
    status: int
    errors: tuple  # statuses besides those that every route has
    is_open: bool  # to anyone, without a token


def get(path, answer, query=None, **options):
    """It only reads, so it may be served by a replica.

    :param path: after ``/api/v1/iot``
    :param answer: pydantic model of what it returns
    :param query: pydantic model of its query; the method gets it as ``query``
    :param options: ``errors`` (statuses), ``auth``, ``tag``, ``readonly``
    """
    options.setdefault("readonly", True)
    return _route("GET", path, answer, query=query, **options)


def post(path, answer=None, body=None, **options):
    """:param body: pydantic model of the JSON; the method gets it as ``body``
    :param options: also ``status``
    """
    return _route("POST", path, answer, body=body, **options)


def put(path, answer=None, body=None, **options):
    return _route("PUT", path, answer, body=body, **options)


def patch(path, answer=None, body=None, **options):
    return _route("PATCH", path, answer, body=body, **options)


def delete(path, answer=None, **options):
    return _route("DELETE", path, answer, **options)


def _route(
    method,
    path,
    answer,
    query=None,
    body=None,
    status=None,
    errors=(),
    auth=AUTH,
    tag=None,
    readonly=False,
    **routing,
):
    """:param routing: more of Odoo's, such as ``max_content_length``"""
    status = status or (200 if answer else 204)

    def declare(endpoint):
        OPERATIONS.append(
            Operation(
                method,
                BASE + path,
                endpoint.__name__,
                tag or path.split("/")[1],
                inspect.getdoc(endpoint),
                answer,
                query,
                body,
                status,
                errors,
                auth != AUTH,
            )
        )
        return route(
            BASE + path,
            type=ROUTING_TYPE,
            auth=auth,
            methods=[method],
            readonly=readonly,
            save_session=False,
            status=status,
            cors="by settings",  # that a preflight needs no token; see the dispatcher
            **routing,
        )(_with_what_was_sent(endpoint, query, body))

    return declare


def _with_what_was_sent(endpoint, query, body):
    @functools.wraps(endpoint)
    def read(self, **args):
        if query:
            args["query"] = read_query(query, request.httprequest.args)
        if body:
            args["body"] = read_body(body, request.httprequest.get_data())
        return endpoint(self, **args)

    # Odoo looks at what it takes: what the address says, and nothing else.
    taken = [p for p in inspect.signature(endpoint).parameters.values()]
    read.__signature__ = inspect.Signature(
        [p for p in taken if p.name not in ("query", "body")]
    )
    return read
