import logging

from odoo import _, api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

_PATIENCE = 3  # runs: what fails once may be an accident


class IotThreshold(models.Model):
    """What the evaluation does to rules that fail."""

    _inherit = "iot.threshold"

    failures = fields.Integer(readonly=True, copy=False, help="Runs in a row.")

    def _failed(self, error):
        """A rule that fails stops no other; administrators are told, and read why."""
        self.ensure_one()
        _logger.error(
            "Rule %s (%r) cannot be evaluated: %r",
            self.id,
            self.name,
            error,
            exc_info=error,
        )
        # Raw SQL: bookkeeping that changes no rule, which would make the listener look.
        self.env.cr.execute(
            SQL(
                "UPDATE iot_threshold SET failures = coalesce(failures, 0) + 1"
                " WHERE id = %s RETURNING failures",
                self.id,
            )
        )
        self.invalidate_recordset(["failures"])
        if self.env.cr.fetchone()[0] >= _PATIENCE:
            self._switch_off(error)

    def _switch_off(self, error):
        reason = _("Switched off, it could not be evaluated: %s", error)
        self.write({"is_active": False, "failures": 0, "error": reason})
        managers = self.env.ref("smartdairy_iot.group_iot_manager").all_user_ids
        self.env["mail.thread"].message_notify(
            partner_ids=managers.partner_id.ids,
            subject=_("The rule “%s” was switched off", self.name),
            body=reason,
            model=self._name,
            res_id=self.id,
        )

    @api.model
    def _succeeded(self, ids):
        # Raw SQL: as in _failed; nearly always there is none.
        self.env.cr.execute(
            SQL(
                "UPDATE iot_threshold SET failures = 0"
                " WHERE failures > 0 AND id = ANY(%s)",
                list(ids),
            )
        )
