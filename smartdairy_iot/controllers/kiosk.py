from odoo import http
from odoo.http import request
from odoo.tools.json import scriptsafe

_MOST_BYTES = 16 * 1024  # of what anybody may send
_HEADERS = {
    "Cache-Control": "no-store",  # after an update of Odoo it names other files
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    # OWL compiles its templates in the browser: that is the eval.
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; "
    "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-eval'; "
    "worker-src 'self'; connect-src 'self' ws: wss:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
}


class KioskController(http.Controller):
    """The screen on a wall.

    Its token stands behind the # of the link, which browsers do not send: it is in no
    log. The page tells it in the body of what it asks; nobody has logged in.
    """

    @http.route(
        "/iot/kiosk", type="http", auth="public", methods=["GET"], readonly=True
    )
    def page(self):
        # The same for all: what language a kiosk has, the page asks with its token.
        qweb = request.env["ir.qweb"].with_context(lang="en_US")
        info = request.env["ir.http"].get_frontend_session_info()
        values = {
            "assets": request.env["iot.kiosk"]._asset_version(),
            "session_info": scriptsafe.dumps({**info, "db": request.db}),
        }
        page = qweb._render("smartdairy_iot.kiosk_page", values)
        return request.make_response(page, headers=list(_HEADERS.items()))

    @http.route(
        ["/iot/kiosk/open", "/iot/kiosk/read"],
        type="jsonrpc",
        auth="public",
        readonly=True,
        max_content_length=_MOST_BYTES,
    )
    def read(self, token, read=None, of=None):
        return request.env["iot.kiosk"]._answer(token, read, of)

    @http.route(
        "/iot/kiosk/watch",
        type="jsonrpc",
        auth="public",
        max_content_length=_MOST_BYTES,
    )
    def watch(self, token):
        address = request.httprequest.remote_addr
        return request.env["iot.kiosk"]._watch(token, address)
