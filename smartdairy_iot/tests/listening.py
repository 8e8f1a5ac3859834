import select
from contextlib import closing, contextmanager

from odoo import sql_db

_PATIENCE = 10  # seconds


@contextmanager
def listening(channel):
    """What Odoo's other processes hear: yields ``heard()`` → the notices so far."""
    with closing(sql_db.db_connect("postgres").cursor()) as cr:
        cr.execute(f"LISTEN {channel}")
        cr.commit()

        def heard():
            select.select([cr._cnx], [], [], _PATIENCE)
            cr._cnx.poll()
            return cr._cnx.notifies

        yield heard
