from odoo import http
from odoo.http import Stream
from odoo.tools.misc import file_path

_FOLDER = "smartdairy_iot_mobile_api/static/app/"
_FILES = {
    "index.html": "text/html",
    "sw.js": "text/javascript",
    "manifest.webmanifest": "application/manifest+json",
}
_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Service-Worker-Allowed": "/iot/app",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; "
    "style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; worker-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'",
}


class AppController(http.Controller):
    """The reference client: three files whose address matters; the rest is static.

    They hold nothing of anybody: what is seen, its requests of the API bring.
    """

    @http.route(
        ["/iot/app", "/iot/app/<any('sw.js','manifest.webmanifest'):name>"],
        type="http",
        auth="none",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def serve(self, name="index.html"):
        stream = Stream.from_path(file_path(_FOLDER + name))
        stream.mimetype = _FILES[name]
        response = stream.get_response(
            as_attachment=False, max_age=0, content_security_policy=None
        )
        response.headers.update(_HEADERS)
        response.headers["Cache-Control"] = "no-cache"
        return response
