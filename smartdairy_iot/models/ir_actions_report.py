from odoo import models

from odoo.addons.base.models.ir_actions_report import _wkhtml

_LABELS = "smartdairy_iot.report_iot_device_label"
# wkhtmltopdf without the patches to Qt, as distributions package it, prints everything
# smaller by this much and cannot be told not to. Measured with 0.12.6.
_UNPATCHED_SHRINKS = 1.302


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _is_device_label(self):
        return (self.report_name or "").startswith(_LABELS)

    def _get_layout(self):
        """Labels need no style sheet of the server, and so no network."""
        if self._is_device_label():
            return self.env.ref("smartdairy_iot.label_layout")
        return super()._get_layout()

    def _prepare_html(self, html, report_model=False):
        bodies, ids, header, footer, arguments = super()._prepare_html(
            html, report_model
        )
        if self._is_device_label():
            header = footer = None
        return bodies, ids, header, footer, arguments

    def _label_zoom(self):
        return 1 if _wkhtml().is_patched_qt else _UNPATCHED_SHRINKS
