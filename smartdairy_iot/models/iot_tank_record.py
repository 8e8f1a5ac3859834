from odoo import api, fields, models


class IotTankRecord(models.AbstractModel):
    """What a batch and a milking have in common; the judgement alone writes it."""

    _name = "iot.tank.record"
    _description = "Record of a Tank"
    _order = "start desc, id desc"
    _rec_name = "display_name"

    tank_id = fields.Many2one("farm.tank")
    farm_id = fields.Many2one(
        related="tank_id.farm_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="tank_id.company_id", store=True, precompute=True
    )
    start = fields.Datetime(required=True, readonly=True, index=True)
    end = fields.Datetime(readonly=True)
    outside_minutes = fields.Float(
        string="Minutes Out of Range",
        readonly=True,
        digits=(8, 0),
        help="All spans together in which the milk was outside its standard.",
    )

    @api.depends("tank_id", "start")
    def _compute_display_name(self):
        for record in self:
            tz = record.farm_id.tz or "UTC"
            local = fields.Datetime.context_timestamp(
                record.with_context(tz=tz), record.start or fields.Datetime.now()
            )
            record.display_name = f"{record.tank_id.name} {local:%Y-%m-%d %H:%M}"

    def _keep(self, vals):
        """Write what has changed.

        :return: ``{field: value}`` of it
        """
        self.ensure_one()
        changed = {
            name: value
            for name, value in vals.items()
            if self._fields[name].convert_to_write(self[name], self) != value
        }
        if changed:
            self.write(changed)
        return changed
