"""What scheduled actions meet: a store that is away, another transaction."""

import functools
import logging

import psycopg2

from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

_TRIES = 5
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


def over_again(method):
    """A scheduled action that collides with another transaction is done again, whole.

    Rows that it is to lock may have changed after its snapshot, when a channel has sent
    something meanwhile. Odoo would leave it for the next interval, with an error.
    """

    @functools.wraps(method)
    def run(self, *args, **kwargs):
        for _again in range(_TRIES - 1):
            try:
                done = method(self, *args, **kwargs)
                self.env.flush_all()
                return done
            except psycopg2.errors.SerializationFailure:
                self.env.cr.rollback()
                self.env.invalidate_all()
        return method(self, *args, **kwargs)

    return run
