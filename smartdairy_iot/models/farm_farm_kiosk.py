from odoo import models


class FarmFarm(models.Model):
    """What the boards show, of these farms alone: for a screen on the wall."""

    _inherit = "farm.farm"

    def _to_kiosk_trends(self, device_ids):
        devices = self.env["iot.device"].search(
            [("id", "in", device_ids), ("farm_id", "in", self.ids)]
        )
        return self.get_live_trends(devices.ids)

    def _to_kiosk_curve(self, tank_ids):
        """Of one tank; False if it is not of these farms."""
        tank = self.env["farm.tank"].search(
            [("id", "in", tank_ids), ("farm_id", "in", self.ids)], limit=1
        )
        return bool(tank) and tank.get_cooling_curve()

    def _to_kiosk_milking(self):
        """What each meter does, and what each farm has milked today, by its calendar.

        :return: ``[{id, name, meters, today}]``, as on the milking board; farms
            without a meter and without milk are left out
        """
        sessions = self.env["iot.milking.session"]
        meters, today = sessions._board_meters(self), sessions._board_totals(self)
        return [
            {
                "id": farm.id,
                "name": farm.name,
                "meters": meters[farm],
                "today": today[farm],
            }
            for farm in self
            if meters[farm] or today[farm]["sessions"]
        ]
