from datetime import timedelta

from odoo import api, fields, models

from ..errors import another_time
from ..milking.drift import drift

_DAYS = 28


class IotMilkingMeter(models.Model):
    """How a milk meter counts beside its peers: a row for each, made every night."""

    _name = "iot.milking.meter"
    _description = "Milk Meter against its Peers"
    _order = "verdict, farm_id, device_id"
    _rec_name = "device_id"
    _log_access = False

    device_id = fields.Many2one(
        "iot.device", string="Meter", required=True, readonly=True, ondelete="cascade"
    )
    farm_id = fields.Many2one(related="device_id.farm_id", store=True, index=True)
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    stall_id = fields.Many2one(related="device_id.stall_id")
    calibration_due = fields.Date(related="device_id.calibration_due")
    is_calibration_overdue = fields.Boolean(related="device_id.is_calibration_overdue")
    verdict = fields.Selection(
        [("drifts", "Drifts"), ("ok", "As its peers"), ("unknown", "Not known yet")],
        readonly=True,
        required=True,
        help="Not known: fewer than 20 milkings of animals that other meters know, or "
        "fewer than two other meters.",
    )
    percent = fields.Float(
        string="Counts Too Much (%)", digits=(16, 1), readonly=True, aggregator=False
    )
    error = fields.Float(
        string="± (%)", digits=(16, 1), readonly=True, aggregator=False
    )
    session_count = fields.Integer(string="Milkings", readonly=True)
    computed_at = fields.Datetime(readonly=True)

    _device_unique = models.Constraint("UNIQUE(device_id)")

    @api.model
    @another_time
    def _cron_compare(self):
        farms = self.env["farm.farm"].search([])
        for done, farm in enumerate(farms, 1):
            self._refresh(farm)
            left = len(farms) - done
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                return

    @api.model
    def _refresh(self, farm):
        since = fields.Date.today() - timedelta(days=_DAYS)
        milkings = self.env["iot.milking.session"].search_fetch(
            [
                ("farm_id", "=", farm.id),
                ("day", ">=", since),
                ("state", "=", "closed"),
                ("animal_id", "!=", False),
            ],
            ["device_id", "animal_id", "liters"],
        )
        found = drift([(m.device_id.id, m.animal_id.id, m.liters) for m in milkings])
        known = {
            row.device_id.id: row for row in self.search([("farm_id", "=", farm.id)])
        }
        new = []
        for device_id, told in found.items():
            vals = {
                "verdict": told.verdict,
                "percent": told.percent or 0.0,
                "error": told.error or 0.0,
                "session_count": told.milkings,
                "computed_at": fields.Datetime.now(),
            }
            if row := known.pop(device_id, None):
                row.write(vals)
            else:
                new.append({"device_id": device_id, **vals})
        self.create(new)
        self.browse(row.id for row in known.values()).unlink()
