from odoo import models

from .. import connection, schema


class IotStore(models.AbstractModel):
    """The same store over hypertables, on a dedicated cursor of another database."""

    _inherit = "iot.store"

    def _create_schema(self):
        connection.check()
        schema.migrate(connection.dedicated_cursor)

    def _cursor(self):
        """Of the replica, where Odoo's own transaction could not write either."""
        if self.env.cr.readonly:
            return connection.reading_cursor()
        return connection.dedicated_cursor()

    def _settle(self):
        connection.settle()

    def _make_partitions(self, cr, table, months):
        """TimescaleDB makes its chunks itself."""
