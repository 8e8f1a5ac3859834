"""The OpenAPI 3.1 document, made of the routes' own declarations. Pure."""

import re

from pydantic.json_schema import models_json_schema

from .errors import KNOWN, RETRY_AFTER
from .schemas.base import Error
from .schemas.examples import EXAMPLES

VERSION = "1.1.0"  # of the document: grows with what is added inside v1
_REF = "#/components/schemas/{model}"
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
_ARGUMENTS = {
    "reference": "The device ID, or the record id.",
    "alert_id": "The alert's id.",
}
_EVERYWHERE = (401, 403, 429, 500, 503)
_ABOUT = """\
Devices, readings, alerts and figures of Smart Dairy IoT, for apps.

Ids are strings, times are ISO 8601 in UTC, and what is not known is `null`. What a
caller sees is decided by the groups and record rules of their Odoo user: a device or an
alert of a farm that they may not see does not exist for them.

Inside v1 keys, parameters and values are only ever added: ignore what you do not know.
Answers to `GET` carry an `ETag`; send it as `If-None-Match` and get 304 while nothing
has changed. Answers are packed by gzip where you accept it. 429 and 503 say in
`Retry-After` how many seconds to wait.
"""


def build(operations):
    """
    :param operations: of ``controllers/routes.py``
    :return: the document, ready for JSON
    """
    operations = sorted(operations, key=lambda one: (one.tag, one.path, one.method))
    refs, components = _components(operations)
    paths = {}
    for operation in operations:
        path = _ARGUMENT.sub(r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(
            operation, refs
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Smart Dairy IoT",
            "version": VERSION,
            "description": _ABOUT,
            "license": {"name": "LGPL-3.0", "identifier": "LGPL-3.0-only"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": tag} for tag in sorted({one.tag for one in operations})],
        "paths": paths,
        "components": {
            "schemas": components,
            "responses": {
                KNOWN[status][0]: _error(status, refs[Error, "serialization"])
                for status in sorted(set().union(*map(_errors, operations)))
            },
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _components(operations):
    """:return: ``({(model, mode): reference}, schemas)``"""
    wanted = {(Error, "serialization"): None}
    for operation in operations:
        if operation.answer:
            wanted[operation.answer, "serialization"] = None
        if operation.body:
            wanted[operation.body, "validation"] = None
    refs, schemas = models_json_schema(list(wanted), ref_template=_REF)
    return refs, dict(sorted(schemas.get("$defs", {}).items()))


def _operation(operation, refs):
    summary, _, more = operation.text.partition("\n")
    described = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": summary.strip(),
    }
    if more.strip():
        described["description"] = " ".join(more.split())
    if parameters := [*_in_path(operation), *_in_query(operation)]:
        described["parameters"] = parameters
    if operation.body:
        needs_one = any(f.is_required() for f in operation.body.model_fields.values())
        described["requestBody"] = {
            "required": needs_one,
            "content": _content(operation.body, refs[operation.body, "validation"]),
        }
    described["responses"] = _responses(operation, refs)
    if operation.is_open:
        described["security"] = []
    return described


def _content(model, ref):
    content = {"schema": ref}
    if model.__name__ in EXAMPLES:
        content["examples"] = _example(EXAMPLES[model.__name__])
    return {"application/json": content}


def _example(value):
    """By a name: RapiDoc takes the keys of a bare ``example`` for names, and stumbles
    over one that is null."""
    return {"example": {"value": value}}


def _in_path(operation):
    for name in _ARGUMENT.findall(operation.path):
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "description": _ARGUMENTS.get(name, "Its id."),
            "schema": {"type": "string"},
        }


def _in_query(operation):
    if not operation.query:
        return
    schema = operation.query.model_json_schema()
    for name, field in schema.get("properties", {}).items():
        field = dict(field)
        # Absent is how a query says nothing; there is no null in it.
        if "anyOf" in field:
            (kind,) = (kind for kind in field.pop("anyOf") if kind != {"type": "null"})
            field = kind | field
            field.pop("default", None)
        field.pop("title", None)
        yield {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            **({"description": text} if (text := field.pop("description", "")) else {}),
            "schema": field,
        }


def _responses(operation, refs):
    responses = {}
    success = {"description": "As asked."}
    if operation.answer:
        ref = refs[operation.answer, "serialization"]
        success["content"] = _content(operation.answer, ref)
    responses[str(operation.status)] = success
    if operation.method == "GET":
        responses["304"] = {"description": "It is as your ETag has it."}
    for status in sorted(_errors(operation)):
        responses[str(status)] = {"$ref": f"#/components/responses/{KNOWN[status][0]}"}
    return responses


def _errors(operation):
    errors = {*_EVERYWHERE, *operation.errors}
    if operation.is_open:
        errors -= {403} - set(operation.errors)
    if operation.body:
        errors |= {400, 413, 422}
    if operation.query:
        errors.add(422)
    return errors


def _error(status, ref):
    code, message = KNOWN[status]
    example = {"code": code, "message": message, "field": None}
    error = {
        "description": message,
        "content": {"application/json": {"schema": ref, "examples": _example(example)}},
    }
    if status in RETRY_AFTER:
        error["headers"] = {
            "Retry-After": {
                "description": "Seconds.",
                "schema": {"type": "integer"},
            }
        }
    return error
