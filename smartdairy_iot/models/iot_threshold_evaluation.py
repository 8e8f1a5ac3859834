import logging
from datetime import timedelta

from odoo import _, api, models

_logger = logging.getLogger(__name__)


class IotThreshold(models.Model):
    """What the evaluation does to rules."""

    _inherit = "iot.threshold"

    def _switch_off(self, error):
        """A rule that fails stops no other; administrators read why in its form."""
        self.ensure_one()
        _logger.error(
            "Rule %s (%s) is switched off, it cannot be evaluated: %s",
            self.id,
            self.name,
            error,
            exc_info=error,
        )
        self.write(
            {
                "is_active": False,
                "error": _("Switched off, it could not be evaluated: %s", error),
            }
        )

    @api.model
    def _realarms(self):
        """``{id: pause}`` of the rules whose alerts ask for attention again."""
        # sudo - iot.threshold: the rules of all companies are evaluated.
        rules = self.sudo().search([("realarm", ">", 0)])
        return {rule.id: timedelta(minutes=rule.realarm) for rule in rules}
