from odoo import models

from .. import connection, schema


class IotStore(models.AbstractModel):
    """The same store over hypertables, on a dedicated cursor of another database."""

    _inherit = "iot.store"

    def _create_schema(self):
        connection.check()
        schema.migrate(connection.dedicated_cursor)

    def _cursor(self):
        return connection.dedicated_cursor()

    def _make_partitions(self, cr, table, months):
        """TimescaleDB makes its chunks itself."""
