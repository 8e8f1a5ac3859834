import logging

from odoo.addons.smartdairy_iot.errors import StoreAwayError
from odoo.addons.smartdairy_iot.models.iot_store_rollup import mark_span
from odoo.addons.smartdairy_iot.rollup import ROLLUPS

from . import connection

_logger = logging.getLogger(__name__)


def farewell(env):
    """What becomes of the readings: said before, and at the uninstallation."""
    try:
        where = connection.describe()
    except StoreAwayError:
        where = env._("the one that timescale_dsn named")
    return env._(
        "The time-series database (%(where)s) stays untouched, with all its readings. "
        "New readings go to Odoo's database from then on, and charts and lists show "
        "only these. When the add-on is installed again, they move over.",
        where=where,
    )


def post_init_hook(env):
    """What Odoo's database has already moves over, in a scheduled action."""
    found = env["iot.store.move"]._find()
    if found:
        found._wake()
        _logger.info("%s tables with readings move to TimescaleDB", len(found))


def uninstall_hook(env):
    """The readings are the dairy's history: the time-series database stays as it is."""
    for rollup in ROLLUPS:
        # Of what was not moved: its rollups are made again.
        mark_span(env.cr, rollup.table)
    _logger.info("smartdairy_iot_timescale is uninstalled. %s", farewell(env))
