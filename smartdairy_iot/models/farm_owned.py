from odoo import models
from odoo.exceptions import AccessError

# What record rules go by.
_OWNERS = {"farm_id", "company_id", "device_id"}


class FarmOwned(models.AbstractModel):
    """What belongs to a farm or a company: nobody moves it out of their own sight.

    Odoo asks the record rules before a write, and not of what it leads to.
    """

    _name = "farm.owned"
    _description = "Belongs to a Farm or a Company"

    def write(self, vals):
        if not self.env.su:
            self._require_not_derived(vals)
        done = super().write(vals)
        if not _OWNERS.isdisjoint(vals):
            self.check_access("write")
        return done

    def _require_not_derived(self, vals):
        """What follows from another field is stored, but not told by anybody."""
        for name in _OWNERS.intersection(vals):
            field = self._fields[name]
            if field.related or (field.compute and field.readonly):
                raise AccessError(
                    self.env._(
                        "“%(field)s” follows from another field.",
                        field=field.string,
                    )
                )
