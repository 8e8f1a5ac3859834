"""Room 5: one batch into the store, in one transaction, in a thread of its own.

While PostgreSQL works on a batch, the line reads and decodes the next one. There is
one thread and it does one thing at a time, so batches commit in arrival order.
"""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

import psycopg2

from odoo import SUPERUSER_ID, api

from ..watch.json_log import about

_logger = logging.getLogger(__name__)

_POISON = (psycopg2.DataError, ValueError)  # if _is_poison
_TOO_MUCH = 100  # poison: if all of so many is, the fault is ours


class Stored(NamedTuple):
    """What became of a batch."""

    rows: int
    new: int  # of these, the store did not have yet
    turned_away: int  # messages of strangers that quarantine had no place for
    seconds: float


class Writer:
    """:param session: the MQTT session whose redelivery marks are kept
    :param executor: runs one job at a time, in order
    """

    def __init__(self, registry, session, executor=None):
        self.registry = registry
        self._session = session
        self._executor = executor or ThreadPoolExecutor(
            1, f"iot_writer_{registry.db_name}", _name_database, (registry.db_name,)
        )
        self._housekeeping = None

    def write(self, batch):
        """:return: future of :class:`Stored`; durable when it is there"""
        return self._executor.submit(self._write, batch)

    def keep_house(self, forgets_marks):
        """Between two batches, unless the last time is still under way.

        :param forgets_marks: whether the broker hears our acknowledgements
        """
        if self._housekeeping is None or self._housekeeping.done():
            job = self._executor.submit(self._keep_house, forgets_marks)
            self._housekeeping = job

    def close(self):
        """Not waiting for what is under way: the database may never answer."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _write(self, batch):
        with about(**batch.about()):
            stored = self._store(batch)
            _tell(batch, stored)
            return stored

    def _store(self, batch):
        start = time.monotonic()
        try:
            with self._transaction() as env:
                rows, new = env["iot.store"]._insert(
                    batch.samples, self._session, b"".join(batch.marks)
                )
                turned_away = self._record(env, batch)
        except _POISON as error:
            if not _is_poison(error):
                raise
            rows, new, turned_away = self._write_without_poison(batch)
        return Stored(rows, new, turned_away, time.monotonic() - start)

    @staticmethod
    def _record(env, batch):
        """What a batch has besides readings."""
        env["iot.store"]._insert_status(batch.statuses)
        env["iot.rejected.message"]._record(batch.rejections)
        env["iot.device.answer"]._record(batch.answers)
        return env["iot.quarantined.message"]._record(batch.strangers)

    def _write_without_poison(self, batch):
        """A row that no column can take must not take its neighbours along.

        The samples are halved until it stands alone. Nothing of the batch changes
        before all of them were tried: it may have to be tried again as a whole.
        """
        rows = new = 0
        refused = {}
        parts = [batch.samples]
        while parts:
            samples = parts.pop()
            try:
                with self._transaction() as env:
                    found = env["iot.store"]._insert(samples)
            except _POISON as error:
                middle = len(samples) // 2
                if not _is_poison(error):
                    raise
                if middle:
                    parts += [samples[middle:], samples[:middle]]
                else:
                    refused[id(samples[0])] = samples[0].refused_by_store(error)
            else:
                rows, new = rows + found[0], new + found[1]
        if len(refused) == len(batch.samples) > _TOO_MUCH:
            raise psycopg2.InternalError(refused.popitem()[1].detail)
        batch.samples = [s for s in batch.samples if id(s) not in refused]
        batch.rejections += refused.values()
        with self._transaction() as env:
            marks = b"".join(batch.marks)
            env["iot.store"]._insert([], self._session, marks)
            turned_away = self._record_each(env, batch)
        return rows, new, turned_away

    @staticmethod
    def _record_each(env, batch):
        """Each kind by itself: what even this cannot take must not stop the line."""
        turned_away = 0
        for record, rows in (
            (env["iot.store"]._insert_status, batch.statuses),
            (env["iot.rejected.message"]._record, batch.rejections),
            (env["iot.device.answer"]._record, batch.answers),
            (env["iot.quarantined.message"]._record, batch.strangers),
        ):
            try:
                with env.cr.savepoint(flush=False):
                    turned_away += record(rows) or 0
            except _POISON as error:
                if not _is_poison(error):
                    raise
                _logger.exception("Cannot record %s: dropped", rows)
        return turned_away

    def _keep_house(self, forgets_marks):
        """What can wait: it must never cost the line more than a line in the log."""
        try:
            with self._transaction() as env:
                if forgets_marks:
                    env["iot.store"]._forget_marks(self._session)
                # Registered by hand or by an import, while their messages waited.
                env["iot.quarantined.message"]._replay_known()
        except psycopg2.OperationalError as error:
            # Every few seconds while it is away; room 5 says it once.
            _logger.debug("Nothing replayed or forgotten: %s", error)
        except Exception:
            _logger.exception("Cannot replay what is in quarantine; it stays there")

    @contextmanager
    def _transaction(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})


def _tell(batch, stored):
    """A line for each batch, and for each message that was refused."""
    _logger.debug(
        "Stored batch %s: %s rows, %s of them new, in %.1f ms",
        batch.number,
        stored.rows,
        stored.new,
        1000 * stored.seconds,
    )
    for rejection in batch.rejections:
        with about(device=rejection.device_id, reason=rejection.reason.value):
            _logger.debug("Rejected a message on %r", rejection.topic)


def _name_database(db_name):
    threading.current_thread().dbname = db_name  # for the log


def _is_poison(error):
    """What is refused whenever it is tried: by PostgreSQL, or by psycopg2 itself if it
    is a NUL or half a surrogate pair. Any other ValueError is a fault of ours.
    """
    return isinstance(error, (psycopg2.DataError, UnicodeEncodeError)) or (
        type(error) is ValueError and "NUL" in str(error)
    )
