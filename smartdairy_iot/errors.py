"""What scheduled actions meet: a store that is away."""

import functools
import logging

import psycopg2

from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

_said = {}  # database → what was logged last, and the scheduled actions it is about


class StoreAwayError(UserError, psycopg2.OperationalError):
    """The store does not answer. Its text is one line: why, and what to do.

    A person sees that line in a dialog; the listener keeps its batch and tries again.
    """


def another_time(method):
    """A scheduled action that does nothing while the store is away.

    That is one line in the log for each kind of error, not one for each run, and no
    traceback; what was not done is done the next time.
    """

    name = method.__qualname__

    @functools.wraps(method)
    def run(self, *args, **kwargs):
        database = self.env.cr.dbname
        said, failed = _said.get(database, ("", set()))
        try:
            done = method(self, *args, **kwargs)
        except StoreAwayError as error:
            if said != str(error):
                _logger.warning("%s; trying again", error)
            _said[database] = str(error), failed | {name}
            return None
        failed.discard(name)  # another one may not have needed the store
        if not failed:
            _said.pop(database, None)
        return done

    return run
