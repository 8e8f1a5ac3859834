import io

from odoo import _, models
from odoo.exceptions import UserError

from odoo.addons.base.models.ir_actions_report import _wkhtml

_LABELS = "smartdairy_iot.report_iot_device_label"
_COMPLIANCE = "smartdairy_iot.report_iot_compliance"
# wkhtmltopdf without the patches to Qt, as distributions package it, prints everything
# smaller by this much and cannot be told not to. Measured with 0.12.6.
_UNPATCHED_SHRINKS = 1.302


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _is_device_label(self):
        return (self.report_name or "").startswith(_LABELS)

    def _get_layout(self):
        """Ours need no style sheet of the server, and so no network."""
        if self.report_name == _COMPLIANCE:
            return self.env.ref("smartdairy_iot.compliance_layout")
        if self._is_device_label():
            return self.env.ref("smartdairy_iot.label_layout")
        return super()._get_layout()

    def _render_qweb_pdf_prepare_streams(self, report_ref, data, res_ids=None):
        """Labels in one piece: Odoo would take the pages apart for each device."""
        report = self._get_report(report_ref)
        if report.report_name == _COMPLIANCE:
            # One at a time: each page has the hash of its report, and its number.
            streams = {}
            for one in self.env["iot.compliance.report"].browse(res_ids):
                made = super()._render_qweb_pdf_prepare_streams(
                    report_ref, data, res_ids=one.ids
                )
                one._number_pages(made[one.id])
                streams |= made
            return streams
        if not report._is_device_label():
            return super()._render_qweb_pdf_prepare_streams(report_ref, data, res_ids)
        if self.get_wkhtmltopdf_state() == "install":
            raise UserError(
                _("Labels are printed by wkhtmltopdf, which this server does not have.")
            )
        data = {**(data or {}), "report_type": "pdf", "debug": False}
        page, _kind = self._render_qweb_html(report_ref, res_ids, data=data)
        bodies, _ids, _header, _footer, arguments = report._prepare_html(page)
        pdf = self._run_wkhtmltopdf(
            bodies, report_ref=report_ref, specific_paperformat_args=arguments
        )
        return {False: {"stream": io.BytesIO(pdf), "attachment": None}}

    def _label_zoom(self):
        return 1 if _wkhtml().is_patched_qt else _UNPATCHED_SHRINKS
