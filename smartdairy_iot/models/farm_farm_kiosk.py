from odoo import models

from .farm_farm import to_iso


class FarmFarm(models.Model):
    """What a screen on the wall shows of these farms beside devices and alerts."""

    _inherit = "farm.farm"

    def _to_kiosk_tanks(self):
        """:return: ``[{id, name, farm, temperature, …}]``; times are ISO 8601 UTC"""
        tanks = self.env["farm.tank"].search([("farm_id", "in", self.ids)])
        return [tank._to_kiosk() for tank in tanks]

    def _to_kiosk_milking(self):
        """Who is milked now, and what each farm has milked today, by its own calendar.

        :return: ``{running: [{…}], today: [{farm, liters, milkings}]}``
        """
        sessions = self.env["iot.milking.session"]
        running = sessions.search(
            [("farm_id", "in", self.ids), ("state", "=", "running")], order="start"
        )
        totals = {}
        for of_day, farms in self.grouped(lambda farm: farm._today()).items():
            domain = [("farm_id", "in", farms.ids), ("day", "=", of_day)]
            groups = sessions._read_group(
                domain, ["farm_id"], ["liters:sum", "__count"]
            )
            totals |= {farm: (liters, count) for farm, liters, count in groups}
        return {
            "running": [
                {
                    "id": session.id,
                    "farm": session.farm_id.name,
                    "place": session.stall_id.name or session.device_id.name,
                    "animal": session.animal_label or "",
                    "liters": session.liters,
                    "start": to_iso(session.start),
                }
                for session in running
            ],
            "today": [
                {
                    "id": farm.id,
                    "farm": farm.name,
                    "liters": totals.get(farm, (0, 0))[0] or 0,
                    "milkings": totals.get(farm, (0, 0))[1],
                }
                for farm in self
            ],
        }
