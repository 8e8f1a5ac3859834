from odoo import api, fields, models

from ..schemas.base import to_iso
from ..schemas.live import TYPE, to_reading_message, to_status_message


class FarmFarm(models.Model):
    """What the apps that are connected are told."""

    _inherit = "farm.farm"

    @api.model
    def _send_readings(self, news, devices, at):
        super()._send_readings(news, devices, at)
        watched = self._watched().ids if news else ()
        messages = {}
        for device_id, of_device in news.items():
            device = devices.get(device_id)
            if device and device.farm_id in watched:
                said = to_reading_message(device.device_type, of_device)
                said = said or to_status_message(of_device)
                messages.setdefault(device.farm_id, []).append(said)
        for farm in self.browse(messages):
            farm._tell_apps(messages[farm.id])

    def _tell_apps(self, messages):
        """One bus message, which nobody hears who may not read the farm.

        :param messages: list of what ``schemas/live.py`` makes
        """
        self.ensure_one()
        now = to_iso(fields.Datetime.now())
        payload = {"farm_id": str(self.id), "at": now, "messages": messages}
        self._bus_send(TYPE, payload, subchannel=TYPE)

    @api.model
    def _watched(self):
        """Those that somebody looks at with an app."""
        return self.browse(self.env["iot.live.watch"]._farm_ids_of_apps())
