from odoo import _, api, fields, models
from odoo.exceptions import ValidationError


class IotStockLocated(models.AbstractModel):
    """What stands at a location of the inventory, of its own company or of all."""

    _name = "iot.stock.located"
    _description = "Stands at an Inventory Location"

    location_id = fields.Many2one(
        "stock.location",
        string="Inventory Location",
        domain="[('usage', '!=', 'view'), ('company_id', 'in', [company_id, False])]",
        index="btree_not_null",
        ondelete="restrict",
        help="Where it stands as Inventory sees it.",
    )

    @api.constrains("location_id", "company_id")
    def _check_location_company(self):
        for record in self:
            # sudo - stock.location: its company, which decides whether one may see it.
            location = record.location_id.sudo()
            theirs, ours = location.company_id, record.company_id
            if theirs and ours and theirs != ours:
                raise ValidationError(
                    _(
                        "%(name)s belongs to %(ours)s, and cannot stand at "
                        "%(location)s of %(theirs)s.",
                        name=record.display_name,
                        ours=ours.name,
                        location=location.display_name,
                        theirs=theirs.name,
                    )
                )
