import logging

import psycopg2

from odoo import api, fields, models

from ..errors import another_time

_logger = logging.getLogger(__name__)

_AT_ONCE = 1000


class IotStoreOutbox(models.Model):
    """What Odoo has to tell the store, kept by the transaction in which it happened.

    The store may be another database, and away: a scheduled action delivers. Told twice
    is told once, by the unique key of the store's table.
    """

    _name = "iot.store.outbox"
    _description = "History on Its Way to the Store"
    _order = "id"
    _log_access = False

    table_name = fields.Selection(
        [("alert_history", "Alert History"), ("device_status", "Device Status")],
        required=True,
    )
    row = fields.Json(required=True)
    error = fields.Char(help="Why the store cannot take it.")

    @api.model
    def _put(self, table, rows):
        """:param rows: list of ``{column: value}``; ``time`` is an ISO 8601 text"""
        self.create([{"table_name": table, "row": row} for row in rows])

    @api.model
    @another_time
    def _cron_deliver(self):
        while waiting := self.search([("error", "=", False)], limit=_AT_ONCE):
            for table, lines in waiting.grouped("table_name").items():
                lines._deliver(table)
            left = self.search_count([("error", "=", False)])
            if not self.env["ir.cron"]._commit_progress(len(waiting), remaining=left):
                break

    def _deliver(self, table):
        try:
            self.env["iot.store"]._insert_history(table, self.mapped("row"))
        except (psycopg2.DataError, psycopg2.IntegrityError) as error:
            if len(self) > 1:
                for line in self:
                    line._deliver(table)
                return
            _logger.warning("The store refuses %s: %s", self.row, error)
            self.error = str(error)
            return
        self.unlink()
