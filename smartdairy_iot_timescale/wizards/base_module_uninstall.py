from odoo import api, fields, models

from ..hooks import farewell

_NAME = "smartdairy_iot_timescale"


class BaseModuleUninstall(models.TransientModel):
    _inherit = "base.module.uninstall"

    iot_timescale_note = fields.Char(compute="_compute_iot_timescale_note")

    @api.depends("module_ids")
    def _compute_iot_timescale_note(self):
        for wizard in self:
            goes = _NAME in wizard._get_modules().mapped("name")
            wizard.iot_timescale_note = farewell(wizard.env) if goes else False
