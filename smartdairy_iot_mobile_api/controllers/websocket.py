from odoo.http import route

from odoo.addons.bus.controllers.websocket import WebsocketController
from odoo.addons.bus.websocket import WebsocketConnectionHandler


class AppWebsocket(WebsocketController):
    @route()
    def websocket(self, version=None):
        """Who names no version is no worker of Odoo's that could be outdated, but an
        app; Odoo closes the connection of those that run in a browser."""
        return super().websocket(version or WebsocketConnectionHandler._VERSION)
