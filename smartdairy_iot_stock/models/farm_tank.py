from odoo import _, api, fields, models
from odoo.exceptions import ValidationError


class FarmTank(models.Model):
    _name = "farm.tank"
    _inherit = ["farm.tank", "iot.stock.located"]

    lot_product_id = fields.Many2one(
        "product.product",
        string="Milk as a Product",
        domain="[('tracking', '=', 'lot'), ('company_id', 'in', [company_id, False])]",
        index="btree_not_null",
        ondelete="restrict",
        help="Each batch of this tank gets a lot of this product, which can be put on "
        "hold. Empty: no lots.",
    )

    @api.constrains("lot_product_id", "company_id")
    def _check_lot_product(self):
        for tank in self:
            # sudo - product.product: its company, which decides whether one may see it.
            product = tank.lot_product_id.sudo()
            if product and product.tracking != "lot":
                raise ValidationError(
                    _(
                        "%(product)s is not tracked by lots, so a batch of %(tank)s "
                        "cannot be a lot of it. Set Tracking on the product first.",
                        product=product.display_name,
                        tank=tank.name,
                    )
                )
            theirs, ours = product.company_id, tank.company_id
            if theirs and ours and theirs != ours:
                raise ValidationError(
                    _(
                        "%(product)s belongs to %(theirs)s, and %(tank)s to %(ours)s.",
                        product=product.display_name,
                        theirs=theirs.name,
                        tank=tank.name,
                        ours=ours.name,
                    )
                )
