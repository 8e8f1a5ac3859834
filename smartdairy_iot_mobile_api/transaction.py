"""A transaction beside that of the request, which is kept whatever becomes of it."""

from contextlib import contextmanager

from odoo import SUPERUSER_ID, api
from odoo.http import request
from odoo.sql_db import Cursor


@contextmanager
def own_transaction():
    """An environment of the system on the primary database, committed at the end.

    What an attempt costs must be kept though the attempt is refused, and a refusal
    rolls back the request's own transaction; which may also be one of a replica, where
    a token that was just issued has not arrived. Call it before the request has done
    anything: what it has done is rolled back.
    """
    request.env.cr.rollback()
    with request.env.registry.cursor() as cr:
        if isinstance(cr, Cursor):  # tests share one transaction, which has begun
            # Two calls that change one row wait for each other, where REPEATABLE READ
            # would have the second one fail.
            cr.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        yield api.Environment(cr, SUPERUSER_ID, {})
