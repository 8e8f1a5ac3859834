from odoo import api, models

from odoo.addons.smartdairy_iot.rollup import ROLLUPS


class IotStore(models.AbstractModel):
    _inherit = "iot.store"

    @api.model
    def _extent(self):
        # Raw SQL: TimescaleDB's catalogue; a continuous aggregate has no such index.
        with self._cursor() as cr:
            cr.execute(_EXTENT, [[rollup.table for rollup in ROLLUPS]])
            return cr.fetchone()


_EXTENT = """
SELECT min(range_start), max(range_end) FROM timescaledb_information.chunks
 WHERE hypertable_name = ANY(%s)
"""
