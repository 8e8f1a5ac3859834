from odoo import fields, models

from ..ledger.chain import Entry

KINDS = [
    ("readings", "Readings"),
    ("late", "Late Readings"),
    ("alert", "Alert"),
]


class IotLedgerEntry(models.Model):
    """One fact of a day, as it was when the day was sealed. Nobody writes it again."""

    _name = "iot.ledger.entry"
    _description = "Entry of the Ledger"
    _order = "day_id, id"
    _rec_name = "subject"
    _log_access = False

    day_id = fields.Many2one(
        "iot.ledger.day", required=True, index=True, ondelete="restrict", readonly=True
    )
    farm_id = fields.Many2one(related="day_id.farm_id")
    kind = fields.Selection(KINDS, required=True, readonly=True)
    subject = fields.Char(required=True, readonly=True, index=True)
    content = fields.Text(
        required=True, readonly=True, help="JSON; of readings: hour, count, SHA-256."
    )
    hash = fields.Char(string="SHA-256", required=True, readonly=True)

    def _to_pure(self):
        return [Entry(e.kind, e.subject, e.content, e.hash) for e in self]
