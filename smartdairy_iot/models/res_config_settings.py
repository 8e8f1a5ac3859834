import re

from odoo import Command, _, api, fields, models
from odoo.tools.misc import human_size

_GROUP = "smartdairy_iot.group_iot_manager"


def _in_bytes(size):
    """Odoo writes "Mb", which are bits."""
    return re.sub("b$", "B", human_size(size))


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    iot_store_name = fields.Char(compute="_compute_iot_store", groups=_GROUP)
    iot_store_where = fields.Char(compute="_compute_iot_store", groups=_GROUP)
    iot_store_size = fields.Char(compute="_compute_iot_store", groups=_GROUP)
    iot_store_problem = fields.Char(compute="_compute_iot_store", groups=_GROUP)
    iot_archive_folder = fields.Char(
        compute="_compute_iot_archive_folder", groups=_GROUP
    )

    iot_retention_ids = fields.Many2many("iot.retention", string="Retention")

    @api.model
    def get_values(self):
        values = super().get_values()
        kept = self.env["iot.retention"]
        if kept.has_access(
            "write"
        ):  # who administers Odoo may not administer the dairy
            values["iot_retention_ids"] = [Command.set(kept.search([]).ids)]
        return values

    @api.depends("company_id")
    def _compute_iot_store(self):
        status = self.env["iot.store"]._status()
        self.iot_store_name = self._iot_store_label(status)
        self.iot_store_where = status.where
        self.iot_store_size = _in_bytes(status.size) if status.size else False
        self.iot_store_problem = status.problem

    def _iot_store_label(self, status):
        if status.edition == "base":
            return _(
                "Odoo's own database, PostgreSQL %(postgresql)s, without TimescaleDB",
                postgresql=status.postgresql,
            )
        if not status.timescaledb:
            return _("TimescaleDB")
        editions = {"apache": _("Apache edition"), "timescale": _("Community edition")}
        return _(
            "TimescaleDB %(version)s (%(edition)s), PostgreSQL %(postgresql)s",
            version=status.timescaledb,
            edition=editions.get(status.edition, status.edition),
            postgresql=status.postgresql,
        )

    @api.depends("company_id")
    def _compute_iot_archive_folder(self):
        self.iot_archive_folder = str(self.env["iot.archive"]._folder())
