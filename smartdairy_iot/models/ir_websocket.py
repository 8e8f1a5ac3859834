import re

from odoo import models

from .farm_farm_live import READINGS

_CHANNEL = re.compile(r"farm\.farm_(\d+)")
_KIOSK = "iot.kiosk_"  # and the token of its link


class IrWebsocket(models.AbstractModel):
    _inherit = "ir.websocket"

    def _build_bus_channel_list(self, channels):
        """Swap ``farm.farm_<id>`` for the record, where the user may read it.

        A string channel is open to anyone; a record channel only to whom we add it.
        ``iot.kiosk_<token>`` becomes the kiosk and its farms; :class:`BusBus` asks
        again, before each message, whether the link still holds.
        """
        channels = self._kiosk_channels(channels)  # does not alter the caller's
        farm_ids = []
        for channel in list(channels):
            if isinstance(channel, str) and (match := _CHANNEL.fullmatch(channel)):
                channels.remove(channel)
                farm_ids.append(int(match[1]))
        farms = self.env["farm.farm"]
        if farm_ids and farms.has_access("read"):
            channels += _live_channels(farms.search([("id", "in", farm_ids)]))
        return super()._build_bus_channel_list(channels)

    def _kiosk_channels(self, channels):
        swapped = []
        for channel in channels:
            if isinstance(channel, str) and channel.startswith(_KIOSK):
                kiosk = self.env["iot.kiosk"]._find(channel.removeprefix(_KIOSK))
                if kiosk.state == "valid":
                    swapped += [kiosk, *_live_channels(kiosk._farms())]
            else:
                swapped.append(channel)
        return swapped


def _live_channels(farms):
    """Of each farm what happens, and what is measured."""
    return [*farms, *((farm, READINGS) for farm in farms)]
