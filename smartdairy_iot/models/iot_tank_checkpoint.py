from datetime import timedelta

from odoo import api, fields, models

_KEPT = timedelta(days=3)


class IotTankCheckpoint(models.Model):
    """Where the judgement of a tank stood, to go on from when readings are late."""

    _name = "iot.tank.checkpoint"
    _description = "Checkpoint of a Tank"
    _log_access = False
    _order = "time desc, id desc"

    tank_id = fields.Many2one(
        "farm.tank", required=True, index=True, ondelete="cascade"
    )
    time = fields.Datetime(required=True)
    state = fields.Json(required=True, prefetch=False)

    @api.autovacuum
    def _gc_checkpoints(self):
        self.search([("time", "<", fields.Datetime.now() - _KEPT)]).unlink()
