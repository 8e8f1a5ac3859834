"""Writers: processes that store readings through the add-on, side by side."""

import multiprocessing
import time

from odoo.tools import split_every

from odoo.addons.smartdairy_iot.ingest.rows import to_rows

from .readings import DAYS, milkings, temperatures

# A writer has Odoo's registry at once. It never uses the cursor that it inherits: the
# store's is its own.
FORK = multiprocessing.get_context("fork")
LOADERS = 2
LOAD_ROWS = 20_000  # a transaction, where only the result counts
COPY_ROWS = 2_000  # a transaction: the listener's `batch_rows`
COPY_DAYS = 4  # of 10 million readings in 90 days, shared among the writers
_PATIENCE = 120  # seconds, until the slowest has its lines


def load_temperatures(store, rows, start):
    """Store them by :meth:`_insert`, each day by one writer."""
    _in_parallel(
        LOADERS,
        lambda writer: [
            store._insert(list(samples))
            for day in range(writer, DAYS, LOADERS)
            for samples in split_every(LOAD_ROWS, temperatures(rows, day, start))
        ],
    )


def load_milkings(store, days, start):
    """Store them by :meth:`_insert`.

    :return: rows
    """
    return sum(store._insert(milkings(day, start))[0] for day in range(days))


def copy_rate(store, writers, rows, start):
    """Rows a second by :meth:`_copy` and COMMIT; lines are made before the clock runs.

    Each writer has devices of its own, all write into the same days.
    """
    ready, spans = FORK.Barrier(writers, timeout=_PATIENCE), FORK.SimpleQueue()

    def copy(writer):
        batches = []
        for day in range(COPY_DAYS // writers):
            samples = temperatures(rows, day, start, first=1000 * (1 + writer))
            batches += [to_rows(part)[0] for part in split_every(COPY_ROWS, samples)]
        ready.wait()
        began = time.perf_counter()
        for table, columns, lines in batches:
            with store._cursor() as cr:
                store._copy(cr, table, columns, lines)
        done = sum(len(batch.lines) for batch in batches)
        spans.put((done, began, time.perf_counter()))

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
