import functools

from markupsafe import Markup

from odoo.http import Controller, request, route

from .. import openapi
from ..dispatcher import ROUTING_TYPE
from .routes import BASE, OPERATIONS

_STATIC = "/smartdairy_iot_mobile_api/static"
# Its own script and styles, and nothing from anywhere else.
_POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self';"
    " script-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_PAGE = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Smart Dairy IoT: API</title>
<link rel="icon" href="{static}/app/icon.svg">
<link rel="stylesheet" href="{static}/src/docs.css">
<script src="{static}/lib/rapidoc/rapidoc-min.js" defer></script>
</head>
<body>
<noscript>This page needs JavaScript; the document itself is
<a href="{document}">{document}</a>.</noscript>
<rapi-doc spec-url="{document}" render-style="read" load-fonts="false"
 show-header="false" schema-style="table" allow-server-selection="false"
 persist-auth="false" theme="light" primary-color="#1f6feb"
 show-method-in-nav-bar="as-colored-text" use-path-in-nav-bar="false"></rapi-doc>
</body>
</html>
""")


class Documents(Controller):
    """What the API is; open to anyone, for it tells of no data."""

    @route(
        f"{BASE}/openapi.json",
        type=ROUTING_TYPE,
        auth="public",
        methods=["GET"],
        readonly=True,
        save_session=False,
        cors="by settings",
    )
    def get_openapi(self):
        return document()

    @route(
        f"{BASE}/docs",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=True,
        save_session=False,
    )
    def show(self):
        page = _PAGE.format(static=_STATIC, document=f"{BASE}/openapi.json")
        headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
        return request.make_response(page, list(headers.items()))


@functools.cache
def document():
    """All routes are declared when the first request comes."""
    return openapi.build(OPERATIONS)
