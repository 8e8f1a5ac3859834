from odoo import api, fields, models

from ..boards.natural import natural_key
from .farm_tank_cold_chain import RANKS
from .iot_device_series import to_millis


class FarmFarm(models.Model):
    _inherit = "farm.farm"

    @api.model
    def get_cold_chain_board(self):
        """Every tank that one may see, with what needs a person first.

        :return: ``{now, tanks: [{id, name, farm, phase, …}]}``; times are milliseconds
        """
        return self.search([])._to_cold_chain_board()

    def _to_cold_chain_board(self):
        tanks = self.env["farm.tank"].search([("farm_id", "in", self.ids)])
        batches = tanks._newest_batches()
        alerts = tanks._worst_alerts()
        sensors = (tanks.probe_id | tanks.agitator_device_id)._filtered_access("read")
        running = {
            sensor.id: (sensor.live_ids.last_values or {}).get("running")
            for sensor in sensors
        }
        now = fields.Datetime.now()
        rows = [
            tank._to_cold_chain(batches.get(tank.id), alerts.get(tank.id), running)
            for tank in tanks
        ]
        rows.sort(key=lambda row: _need(row, to_millis(now)))
        return {"now": to_millis(now), "tanks": rows}


def _need(row, now):
    """What is wrong, then what is late, then what is due soonest, then by name."""
    alert = row["alert"]
    is_late = bool(row["due_at"]) and row["due_at"] < now
    return (
        RANKS[alert["severity"]] if alert else len(RANKS),
        not is_late,
        row["due_at"] or float("inf"),
        natural_key(row["farm"]),
        natural_key(row["name"]),
    )
