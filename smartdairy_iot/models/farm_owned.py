from odoo import models

# What record rules go by.
_OWNERS = {"farm_id", "company_id", "device_id"}


class FarmOwned(models.AbstractModel):
    """What belongs to a farm or a company: nobody moves it out of their own sight.

    Odoo asks the record rules before a write, and not of what it leads to.
    """

    _name = "farm.owned"
    _description = "Belongs to a Farm or a Company"

    def write(self, vals):
        done = super().write(vals)
        if not _OWNERS.isdisjoint(vals):
            self.check_access("write")
        return done
