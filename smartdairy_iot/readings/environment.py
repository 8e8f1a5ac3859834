"""The ORM's queries of readings, executed where the readings are."""

from contextlib import contextmanager

import psycopg2

from odoo import _
from odoo.exceptions import UserError


class StoreEnvironment:
    """An environment whose queries run on the store's cursor.

    Everything else is the ordinary environment's, so other models never come here. It
    lives as long as a query: the records that are given out carry the ordinary one.

    :param sums_by: :class:`~.source.Keys`: the query only adds up, by these, so
        that rollups can answer it; None for any other query
    """

    def __init__(self, env, sums_by=None):
        self.ordinary = env
        self.sums_by = sums_by

    def __getattr__(self, name):
        return getattr(self.ordinary, name)

    def __contains__(self, model_name):
        return model_name in self.ordinary

    def __getitem__(self, model_name):
        return self.ordinary[model_name]

    def __call__(self, *args, **kwargs):
        return self.ordinary(*args, **kwargs)

    def execute_query(self, query):
        """:return: list of tuples"""
        with told_when_away(), self.ordinary["iot.store"]._cursor() as cr:
            cr.execute(query)
            return cr.fetchall()


@contextmanager
def told_when_away():
    """Raise :class:`UserError` when the database of the readings cannot be reached."""
    try:
        yield
    except psycopg2.OperationalError as error:
        if error.pgcode:  # the server's own, such as one to try again after
            raise
        raise UserError(
            _(
                "The database of the readings cannot be reached: %(error)s",
                error=str(error).strip(),
            )
        ) from error
