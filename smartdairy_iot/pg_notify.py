"""PostgreSQL's NOTIFY to Odoo's other processes, by a connection that stays.

Odoo keeps none to the database ``postgres``, where they listen, and opens one for each
call: some 10 ms, which a screen and the scheduler would wait for each time.
"""

import os
from functools import cache

from odoo import sql_db
from odoo.tools import SQL

from odoo.addons.base.models.ir_cron import ODOO_NOTIFY_FUNCTION

_CONNECTIONS = 8  # of the threads of a process, for a moment each


@cache
def _pool(_pid):
    """One pool a process: a connection must not be shared across a fork."""
    return sql_db.ConnectionPool(_CONNECTIONS)


def _connect():
    name, info = sql_db.connection_info_for("postgres")
    # Its label, for Odoo keeps none that is called as that database is.
    label = f"{name} (notify)"
    return sql_db.Connection(_pool(os.getpid()), label, info)


def notify(channel, payloads):
    """:param payloads: list of texts"""
    if not payloads:
        return
    try:
        cr = _connect().cursor()
    except sql_db.PoolError:  # as many at once: one that Odoo opens
        cr = sql_db.db_connect("postgres").cursor()
    with cr:
        # Raw SQL: no notice outlives a power cut; waiting for the disk gains nothing.
        cr.execute("SET LOCAL synchronous_commit TO off")
        for payload in payloads:
            function = SQL.identifier(ODOO_NOTIFY_FUNCTION)
            cr.execute(SQL("SELECT %s(%s, %s)", function, channel, payload))
