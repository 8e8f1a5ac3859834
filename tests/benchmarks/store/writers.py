"""Writers: processes that store readings through the add-on, side by side."""

import multiprocessing
import time
from datetime import timedelta

from odoo.tools import split_every

from odoo.addons.smartdairy_iot.ingest.rows import TEMPERATURE_COLUMNS

from .readings import DAYS, temperature_lines

# A writer has Odoo's registry at once. It never uses the cursor that it inherits: the
# store's is its own.
FORK = multiprocessing.get_context("fork")
TABLE = "temperature_readings"
LOADERS = 2
LOAD_ROWS = 20_000  # at once, where only the result counts
COPY_ROWS = 2_000  # a transaction: the listener's `batch_rows`
COPY_DAYS = 4  # of 10 million readings in 90 days, shared among the writers
_PATIENCE = 120  # seconds, until the slowest has its lines


def load_temperatures(store, rows, start):
    """Store them, each day by one writer, and mark their quarters."""

    def load(writer):
        for day in range(writer, DAYS, LOADERS):
            lines = temperature_lines(rows, day, start)
            since = start + timedelta(days=day)
            with store._cursor() as cr:
                for part in split_every(LOAD_ROWS, lines, list):
                    store._copy(cr, TABLE, TEMPERATURE_COLUMNS, part)
                if not store._keeps_rollups():
                    store._mark_span(cr, TABLE, since, since + timedelta(days=1))

    _in_parallel(LOADERS, load)


def copy_rate(store, writers, rows, start):
    """Rows a second by :meth:`_copy` and COMMIT; lines are made before the clock runs.

    Each writer has devices of its own, all write into the same days.
    """
    ready, spans = FORK.Barrier(writers, timeout=_PATIENCE), FORK.SimpleQueue()

    def copy(writer):
        batches = []
        for day in range(COPY_DAYS // writers):
            lines = temperature_lines(rows, day, start, first=1000 * (1 + writer))
            batches += split_every(COPY_ROWS, lines, list)
        ready.wait()
        began = time.perf_counter()
        for lines in batches:
            with store._cursor() as cr:
                store._copy(cr, TABLE, TEMPERATURE_COLUMNS, lines)
        spans.put((sum(map(len, batches)), began, time.perf_counter()))

    _in_parallel(writers, copy)
    copied, began, ended = zip(*(spans.get() for _ in range(writers)), strict=True)
    return sum(copied) / (max(ended) - min(began))


def _in_parallel(writers, work):
    running = [FORK.Process(target=work, args=(n,)) for n in range(writers)]
    for process in running:
        process.start()
    for process in running:
        process.join()
    if any(process.exitcode for process in running):
        raise SystemExit("a writer failed; its message stands above")
