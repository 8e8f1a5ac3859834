from odoo import api, models

from ..schemas.preference import DEFAULTS


class IotAlertSubscription(models.Model):
    _inherit = "iot.alert.subscription"

    @api.model
    def _about_everything(self):
        """What the user has chosen for all farms and alerts; empty: nothing yet."""
        return self.search(
            [
                ("user_id", "=", self.env.uid),
                ("farm_ids", "=", False),
                ("kind", "=", False),
                ("device_type", "=", False),
            ],
            order="id",
            limit=1,
        )

    @api.model
    def _choose(self, choices):
        """:param choices: ``{field: value}``"""
        if chosen := self._about_everything():
            chosen.write(choices)
        else:
            # What was shown stays: a choice about pushes starts no e-mails.
            self.create({"user_id": self.env.uid, **DEFAULTS, **choices})
