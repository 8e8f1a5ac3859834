import re

from odoo import models
from odoo.http import SessionExpiredException, request

from odoo.addons.bus.websocket import wsrequest

from ..schemas.live import TYPE
from .iot_app_token_live import PROOF

_TOKEN = "smartdairy_iot.token:"  # noqa: S105 - what stands before one
_FARM = re.compile(r"smartdairy_iot\.farm_([0-9]{1,9})")
_ALL_FARMS = "smartdairy_iot.farms"


class IrWebsocket(models.AbstractModel):
    """An app has no session cookie: it subscribes with its access token.

    ``smartdairy_iot.token:<access token>`` and ``smartdairy_iot.farms``, or
    ``smartdairy_iot.farm_<id>`` for some. To subscribe again, once a minute, renews it.
    """

    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        # A proof is ours to give: what callers say of one is judged by nobody.
        channels = [c for c in channels if not str(c).startswith(PROOF)]
        tokens = [c for c in channels if isinstance(c, str) and c.startswith(_TOKEN)]
        if not tokens:
            return super()._build_bus_channel_list(channels)
        asked = [c for c in channels if c not in tokens]
        # Nothing else of what Odoo sends: the token's scope is the API.
        return self._app_channels(tokens[-1].removeprefix(_TOKEN), asked)

    def _app_channels(self, token, asked):
        # sudo - iot.app.token: who that is, by what only they know.
        tokens = self.env["iot.app.token"].sudo()
        address = (request or wsrequest).httprequest.remote_addr
        user, proof = tokens._find_listener(token, address)
        if not user:
            raise SessionExpiredException("The token is not valid.")
        farms = user.env["farm.farm"]
        if farms.has_access("read"):
            farms = farms.search(_domain_of(asked))
        if farms:
            farms.env["iot.live.watch"]._renew_by_app(farms)
        return [proof, *((farm, TYPE) for farm in farms)]


def _domain_of(asked):
    if _ALL_FARMS in asked:
        return []
    found = (_FARM.fullmatch(channel) for channel in asked)
    return [("id", "in", [int(match[1]) for match in found if match])]
