from odoo import models

from .iot_device_series import to_millis

RANKS = {"critical": 0, "high": 1, "medium": 2, "low": 3}


class FarmTank(models.Model):
    _inherit = "farm.tank"

    def _newest_batches(self):
        """:return: ``{tank id: its newest batch}``, in two queries"""
        batches = self.env["iot.tank.batch"]
        own = [("tank_id", "in", self.ids)]
        newest = batches._read_group(own, ["tank_id"], ["start:max"])
        found = {}
        for batch in batches.search([*own, ("start", "in", [at for _t, at in newest])]):
            found.setdefault(batch.tank_id.id, batch)
        return found

    def _worst_alerts(self):
        found = {}
        for alert in self.env["iot.alert"].search(
            [("tank_id", "in", self.ids), ("is_open", "=", True)]
        ):
            known = found.get(alert.tank_id.id)
            if not known or RANKS[alert.severity] < RANKS[known.severity]:
                found[alert.tank_id.id] = alert
        return found

    def _to_cold_chain(self, batch, alert, running):
        """:param running: ``{id of a device that one may see: whether it runs}``"""
        state = self.state_ids
        return {
            "id": self.id,
            "name": self.name,
            "farm": self.farm_id.name,
            "tz": self.farm_id.tz or "UTC",
            "standard": self.standard_id.name or "",
            "is_supervised": self.is_supervised,
            "probe": self.probe_id.device_id if self.probe_id.id in running else "",
            "phase": state.phase or "",
            "phase_since": to_millis(state.phase_since),
            "washed_at": to_millis(state.washed_at),
            "temperature": state.temperature if state.measured_at else None,
            "measured_at": to_millis(state.measured_at),
            "volume": state.volume
            if self.volume_device_id and state.measured_at
            else None,
            "capacity": self.capacity_liters,
            "agitator": running.get(self.agitator_device_id.id),
            "due_celsius": state.due_celsius if state else 0.0,
            "due_at": to_millis(state.due_at),
            "expected_at": to_millis(state.expected_at),
            "batch": batch._to_board() if batch else False,
            "alert": alert
            and {
                "id": alert.id,
                "severity": alert.severity,
                "message": alert.message,
                "is_acknowledged": bool(alert.acknowledged_at),
            },
        }
