from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

QUALITY = "smartdairy_iot_stock.group_quality"
_GUARDED = {
    *("iot_hold", "iot_hold_reason", "iot_hold_since", "iot_hold_minutes"),
    *("iot_release_reason", "iot_released_by_id", "iot_released_at"),
    *("iot_tank_id", "iot_batch_start"),
}


class StockLot(models.Model):
    """Where its milk comes from, and whether it may leave."""

    _inherit = "stock.lot"

    iot_tank_id = fields.Many2one(
        "farm.tank",
        string="Tank",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    iot_batch_start = fields.Datetime(string="First Milking", readonly=True, copy=False)
    iot_batch_ids = fields.One2many("iot.tank.batch", "lot_id", string="Batches")
    iot_hold = fields.Selection(
        [("held", "On Hold"), ("released", "Released")],
        string="Quality Hold",
        readonly=True,
        copy=False,
        index="btree_not_null",
        tracking=True,
    )
    iot_hold_reason = fields.Char(
        string="Held Because", readonly=True, copy=False, tracking=True
    )
    iot_hold_since = fields.Datetime(string="On Hold Since", readonly=True, copy=False)
    iot_hold_minutes = fields.Float(
        string="Minutes out of Range", readonly=True, copy=False, digits=(8, 0)
    )
    iot_release_reason = fields.Char(
        string="Released Because", readonly=True, copy=False, tracking=True
    )
    iot_released_by_id = fields.Many2one(
        "res.users", string="Released by", readonly=True, copy=False
    )
    iot_released_at = fields.Datetime(string="Released on", readonly=True, copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        lots = super().create(vals_list)
        # What it is by now: a default of the context or of the user is in no vals.
        for lot in lots:
            self._check_guarded({name: lot[name] for name in _GUARDED})
        return lots

    def write(self, vals):
        self._check_guarded(vals)
        return super().write(vals)

    @api.model
    def _check_guarded(self, vals):
        """Whoever uses Inventory may write lots, but not this of them."""
        touched = sorted(_GUARDED & {name for name, value in vals.items() if value})
        touched = touched or sorted(_GUARDED & set(vals) if self else ())
        if touched and not self.env.su:
            raise AccessError(
                _(
                    "%(fields)s is changed by putting a lot on hold or releasing it, "
                    "which “%(group)s” may do.",
                    fields=", ".join(self._fields[name].string for name in touched),
                    group=self._quality_name(),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_held(self):
        for lot in self:
            if lot.iot_hold == "held":
                raise UserError(
                    _(
                        "%(lot)s is on hold. Release it before you delete it.",
                        lot=lot.display_name,
                    )
                )

    @api.model
    def _quality_name(self):
        # sudo - res.groups: its name, for people who may not read groups.
        return self.env.ref(QUALITY).sudo().full_name
