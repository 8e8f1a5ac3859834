from odoo import models


class FarmOwned(models.AbstractModel):
    """What belongs to a farm: nobody moves it out of their own sight.

    Odoo asks the record rules before a write, and not of what it leads to.
    """

    _name = "farm.owned"
    _description = "Belongs to a Farm"

    def write(self, vals):
        done = super().write(vals)
        if "farm_id" in vals:
            self.check_access("write")
        return done
