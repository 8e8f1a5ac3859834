from odoo import http
from odoo.http import request

from ..settings import get_settings
from ..watch.access import may_scrape, networks
from ..watch.metrics import CONTENT_TYPE, render


class WatchController(http.Controller):
    @http.route(
        "/iot/health",
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def health(self):
        """Whether this system takes readings; for load balancers, so for anybody.

        It tells what fails, in three words, and nothing of why.
        """
        # sudo - iot.metrics: see _health.
        health = request.env["iot.metrics"].sudo()._health()
        return request.make_json_response(
            health.to_json(), _NOT_KEPT, status=health.status
        )

    @http.route(
        ["/metrics", "/iot/metrics"],
        type="http",
        auth="public",
        methods=["GET"],
        save_session=False,
        readonly=True,
    )
    def metrics(self):
        """What Prometheus scrapes; for whom ``metrics_token`` or ``metrics_networks``
        names, and for nobody else does the address exist.
        """
        settings = get_settings()
        asked = request.httprequest
        if not may_scrape(
            asked.headers.get("Authorization", ""),
            asked.remote_addr or "",
            settings.metrics_token,
            networks(settings.metrics_networks),
        ):
            raise request.not_found()
        # sudo - iot.metrics: a scraper has no user; counts and times, no readings.
        figures = request.env["iot.metrics"].sudo()._gather()
        headers = [("Content-Type", CONTENT_TYPE), *_NOT_KEPT]
        return request.make_response(render(figures), headers)


_NOT_KEPT = [("Cache-Control", "no-store")]
