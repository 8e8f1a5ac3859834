import json

from odoo import api, fields, models

from ..ledger.chain import Entry

KINDS = [
    ("readings", "Readings"),
    ("late", "Late Readings"),
    ("alert", "Alert"),
    ("report", "Signed Report"),
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

    told = fields.Char(
        string="What It Says", compute="_compute_told", help="In words; see Content."
    )

    @api.depends("kind", "content")
    @api.depends_context("lang")
    def _compute_told(self):
        for entry in self:
            try:
                entry.told = entry._in_words(json.loads(entry.content))
            except (ValueError, TypeError, KeyError, AttributeError):
                entry.told = self.env._("Cannot be read: it was altered.")

    def _in_words(self, content):
        if self.kind == "alert":
            return content["message"]
        if self.kind == "report":
            return self.env._(
                "%(period)s, SHA-256 %(hash)s",
                period=content["period"],
                hash=content["data_hash"],
            )
        hours = {hour for table in content.values() for hour, *_rest in table}
        count = sum(n for table in content.values() for _hour, n, _digest in table)
        if not count:
            return self.env._("No readings")
        return self.env._(
            "%(count)s readings in %(hours)s hours", count=count, hours=len(hours)
        )

    def _to_pure(self):
        return [Entry(e.kind, e.subject, e.content, e.hash) for e in self]
