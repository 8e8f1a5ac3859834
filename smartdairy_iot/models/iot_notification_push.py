"""Web push, to the browsers in which a person has allowed notifications.

Odoo's own registration of browsers, keys and encryption; see ``notify/web_push.py`` for
why its sending is not used. An app of one's own extends :meth:`_send_push`::

    def _send_push(self):
        outcomes = super()._send_push()
        for row, outcome in self._send_fcm().items():
            outcomes[row] = best_of([outcomes[row], outcome])
        return outcomes
"""

import json

from odoo import _, models
from odoo.tools import groupby

from odoo.addons.mail.tools import jwt
from odoo.addons.mail.tools import web_push as odoo_web_push

from ..notify import side_by_side, web_push
from ..notify.outcome import Outcome
from ..notify.several import best_of

_TOKEN_LIFETIME = 12 * 3600  # seconds; a push service accepts up to a day


class IotNotification(models.Model):
    _inherit = "iot.notification"

    def _send_push(self):
        """All browsers of a person are asked; one that takes it is enough."""
        browsers, vapid = self._push_browsers()
        by_partner = browsers.grouped("partner_id")
        requests, unusable = [], browsers.browse()
        outcomes = {row: [] for row in self}
        for row in self:
            for browser in by_partner.get(row.user_id.partner_id, ()):
                request = row._for_recipient()._to_push(browser, vapid)
                if request:
                    requests.append(request)
                else:
                    unusable |= browser
        reports = side_by_side.send_all(_by_origin(requests), web_push.send)
        for report in reports:
            for (row_id, _browser_id), outcome in report.outcomes.items():
                outcomes[self.browse(row_id)].append(outcome)
        gone = frozenset().union(*(report.gone for report in reports))
        (unusable | browsers.filtered(lambda one: one.endpoint in gone)).unlink()
        return {
            row: best_of(of_row) if of_row else row._no_browser()
            for row, of_row in outcomes.items()
        }

    def _push_browsers(self):
        """:return: ``mail.push.device`` as sudo, and the pair of VAPID keys"""
        browsers, private, public = self.env[
            "mail.thread"
        ]._web_push_get_partners_parameters(self.user_id.partner_id.ids)
        return browsers, (private, public)

    def _to_push(self, browser, vapid):
        """:return: the request, or None for a browser that cannot be one"""
        origin = web_push.origin(browser.endpoint)
        if not origin:
            return None
        content = self.env["mail.thread"]._web_push_truncate_payload(
            self._push_content()
        )
        try:
            body = odoo_web_push._encrypt_payload(
                json.dumps(content).encode(), {"keys": browser.keys}
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return None  # a browser registers what it likes as its keys
        headers = web_push.headers(
            self._vapid(origin, *vapid), self.severity, f"{self.alert_id or self}"
        )
        return side_by_side.Request(
            (self.id, browser.id), browser.endpoint, headers, body
        )

    def _vapid(self, origin, private, public):
        claims = {"aud": origin, "sub": self.get_base_url()}
        token = jwt.sign(claims, private, _TOKEN_LIFETIME, jwt.Algorithm.ES256)
        return f"vapid t={token}, k={public}"

    def _push_content(self):
        """As Odoo's service worker shows it; a click opens the alert."""
        target = self.alert_id or self
        return {
            "title": f"{self._label()}: {self._headline()}",
            "options": {
                "body": self._push_text(),
                "icon": "/smartdairy_iot/static/description/icon.png",
                # The next news of the same alert takes this one's place, audibly.
                "tag": f"{target._name}-{target.id}",
                "renotify": True,
                "requireInteraction": self._severity_told() == "critical",
                "data": {"model": target._name, "res_id": target.id},
            },
        }

    def _push_text(self):
        alerts = self._told_alerts()
        if not alerts:
            return self.company_id.name or ""  # a test
        if not self.alert_id:
            return "\n".join(
                f"{alert.device_id.name}: {alert._describe_breach(alert.peak_value)}"
                for alert in alerts
            )
        return _(
            "%(farm)s, since %(time)s",
            farm=alerts.farm_id.name or alerts.device_id.device_id,
            time=alerts._describe_time(alerts.started_at),
        )

    def _no_browser(self):
        error = _(
            "%(name)s has no browser that takes notifications: open Odoo in it and "
            "allow them.",
            name=self.user_id.name or "?",
        )
        return Outcome(False, error, is_final=True)


def _by_origin(requests):
    """Those of one push service one after the other; services side by side."""

    def service(request):
        return web_push.origin(request.url)

    return [
        side_by_side.Receiver(origin, list(of_it))
        for origin, of_it in groupby(requests, service)
    ]
