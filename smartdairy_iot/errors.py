"""A store that is away: what callers catch, and what people read."""

import functools
import logging

import psycopg2

from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

_said = {}  # (database, scheduled action) → what was logged last, in this process


class StoreAwayError(UserError, psycopg2.OperationalError):
    """The store does not answer. Its text is one line: why, and what to do.

    A person sees that line in a dialog; the listener keeps its batch and tries again.
    """


def another_time(method):
    """A scheduled action that does nothing while the store is away.

    That is one line in the log for each kind of error, not one for each run, and no
    traceback; what was not done is done the next time.
    """

    @functools.wraps(method)
    def run(self, *args, **kwargs):
        action = self.env.cr.dbname, method.__qualname__
        try:
            done = method(self, *args, **kwargs)
        except StoreAwayError as error:
            if _said.get(action) != str(error):
                _logger.warning("%s; trying again", error)
            _said[action] = str(error)
            return None
        _said.pop(action, None)
        return done

    return run
