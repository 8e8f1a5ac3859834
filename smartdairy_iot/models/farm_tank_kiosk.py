from odoo import fields, models

from .farm_farm import to_iso


class FarmTank(models.Model):
    """A tank on the screen of a wall."""

    _inherit = "farm.tank"

    def _to_kiosk(self):
        phases = dict(self._fields["phase"]._description_selection(self.env))
        state = self.state_ids
        late = bool(state.due_at and state.due_at < fields.Datetime.now())
        is_known = bool(self.volume_device_id and state.measured_at)
        return {
            "id": self.id,
            "name": self.name,
            "farm": self.farm_id.name,
            "temperature": state.temperature if state.measured_at else None,
            "phase": phases.get(state.phase) or "",
            "volume": state.volume if is_known else None,
            "capacity": self.capacity_liters or None,
            "measured_at": to_iso(state.measured_at),
            "countdown": self.countdown or "",
            "is_late": late,
            "alerts": self.alert_count,
        }
