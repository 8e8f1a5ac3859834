from odoo import _, models


class IotComplianceReport(models.Model):
    """What its papers say that is no data, in the language of who reads them."""

    _inherit = "iot.compliance.report"

    def _words(self):
        """``{field: {value: label}}``, and what stands above columns and sheets."""
        names = ("day_verdict", "phase", "cooling_verdict")
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in names
        }
        return {**labels, "heading": self._headings(), "is_rtl": self._is_rtl()}

    def _is_rtl(self):
        lang = self.env["res.lang"]._get_data(code=self.env.lang or "en_US")
        return lang.direction == "rtl"

    def _headings(self):
        """Of ``compliance.sheets``, each a term of its own: a test compares them."""
        return {
            "Days": _("Days"),
            "Tank": _("Tank"),
            "Day": _("Day"),
            "Result": _("Result"),
            "Milkings": _("Milkings"),
            "Coldest °C": _("Coldest °C"),
            "Warmest °C": _("Warmest °C"),
            "Minutes outside": _("Minutes outside"),
            "Minutes not measured": _("Minutes not measured"),
            "Alerts": _("Alerts"),
            "Milking": _("Milking"),
            "Before °C": _("Before °C"),
            "Start": _("Start"),
            "End": _("End"),
            "End estimated": _("End estimated"),
            "Blend °C": _("Blend °C"),
            "Limit °C": _("Limit °C"),
            "Due": _("Due"),
            "Reached": _("Reached"),
            "Minutes from start": _("Minutes from start"),
            "Minutes from end": _("Minutes from end"),
            "Gaps": _("Gaps"),
            "From": _("From"),
            "To": _("To"),
            "Minutes": _("Minutes"),
            "Began": _("Began"),
            "Ended": _("Ended"),
            "Severity": _("Severity"),
            "Alert": _("Alert"),
            "Cause": _("Cause"),
            "Corrective action": _("Corrective action"),
            "Status": _("Status"),
            "Seen to by": _("Seen to by"),
            "Calibration": _("Calibration"),
            "Probe": _("Probe"),
            "Calibrated": _("Calibrated"),
            "Next due": _("Next due"),
            "Scale": _("Scale"),
            "Offset": _("Offset"),
            "By": _("By"),
            "Certificate": _("Certificate"),
            "Standard": _("Standard"),
            "Source": _("Source"),
            "Limit": _("Limit"),
            "Quality": _("Quality"),
            "Grade": _("Grade"),
            "Litres": _("Litres"),
            "Animals": _("Animals"),
            "Fat %": _("Fat %"),
            "Protein %": _("Protein %"),
            "Somatic cells per mL": _("Somatic cells per mL"),
            "Signature": _("Signature"),
            "yes": _("yes"),
        }
