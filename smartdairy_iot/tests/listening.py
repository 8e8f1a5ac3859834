import select
from contextlib import closing, contextmanager

from odoo import sql_db
from odoo.tools import SQL

_PATIENCE = 10  # seconds


@contextmanager
def listening(channel):
    """What Odoo's other processes hear: yields ``heard()`` → the notices so far."""
    with closing(sql_db.db_connect("postgres").cursor()) as process:
        process.execute(SQL("LISTEN %s", SQL.identifier(channel)))
        process.commit()

        def heard():
            select.select([process._cnx], [], [], _PATIENCE)
            process._cnx.poll()
            return process._cnx.notifies

        yield heard
