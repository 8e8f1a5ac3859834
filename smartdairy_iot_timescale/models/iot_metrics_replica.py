import os

from odoo import models

from odoo.addons.smartdairy_iot.watch.metrics import single

from .. import connection


class IotMetrics(models.AbstractModel):
    """How far the replica is behind; no figures where none is configured."""

    _inherit = "iot.metrics"

    def _store_figures(self):
        yield from super()._store_figures()
        replica = connection.replica_of(os.getpid())
        behind = replica and replica.look()
        yield single(
            "store_replica_up",
            "gauge",
            "Whether what only reads is served by the replica: it answers and is not"
            " too far behind",
            replica and int(replica.is_good()),
        )
        yield single(
            "store_replica_lag_seconds",
            "gauge",
            "How old what the replica shows is at most",
            behind,
        )
