from odoo import models


class IotComplianceReport(models.Model):
    """What the ledger keeps of a signed report."""

    _inherit = "iot.compliance.report"

    def _to_ledger(self):
        """:return: what JSON can hold; no names: a farm or user may get another one"""
        self.ensure_one()
        return {
            "period": f"{self.date_from} – {self.date_to}",
            "data_hash": self.data_hash,
            "signed_by": self.signed_by.id,
            "signed_at": self.signed_at and self.signed_at.isoformat(),
            "ledger_date": self.ledger_date and self.ledger_date.isoformat(),
            "ledger_hash": self.ledger_hash or None,
        }
