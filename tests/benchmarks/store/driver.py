"""The store's benchmark inside of `odoo shell`, against a database of its own.

Prints a line for each step, and one JSON object with figures and tables at the end.
"""

import json
import time
from contextlib import contextmanager
from datetime import timedelta

from odoo.addons.smartdairy_iot.models.iot_store_retention import Chunk
from odoo.addons.smartdairy_iot.rollup import TEMPERATURE
from odoo.addons.smartdairy_iot_timescale import connection

from . import community, orm, tables
from .farm import farm
from .questions import clock, disagreement, questions
from .readings import DAYS, start_of
from .sizes import size_of, specified_size
from .writers import copy_rate, load_temperatures

WRITERS = (1, 4)
CALLS = 40


def main(env, sizes):
    """:param sizes: rows of temperature_readings, ascending"""
    bench = Bench(env, sizes)
    bench.run()
    found = {"figures": bench.figures, "tables": bench.tables()}
    print(json.dumps(found), flush=True)


@contextmanager
def step(what):
    """Print what was done and how long it took."""
    notes, began = [], time.perf_counter()
    yield notes
    seconds = time.perf_counter() - began
    print(f"store: {what}: {'; '.join([*notes, f'{seconds:.1f} s'])}", flush=True)


class Bench:
    """All measurements of one store."""

    def __init__(self, env, sizes):
        self.registry, self.store, self.sizes = env.registry, env["iot.store"], sizes
        self.start = start_of(DAYS)
        self.figures, self.bytes, self.answers = {}, {}, {}
        self.specified = self.compressed = None

    def run(self):
        """In the order in which one needs the other."""
        with step("tables and rollups"):
            self.store.init()
            community.pause_jobs(self.store)
        self.copy()
        for rows in self.sizes:
            self.load(rows)
            self.ask(f"{rows:,}")
        with step("the specification's schema"), self.store._cursor() as cr:
            self.specified = specified_size(cr)
        self.compress()
        self.conclude()

    def copy(self):
        """Into tables that are empty, with one writer and with four."""
        for writers in WRITERS:
            with step(f"COPY, {writers} writers") as notes:
                rate = copy_rate(self.store, writers, self.sizes[-1], self.start)
                notes.append(f"{rate:,.0f} rows/s")
            self.figures[f"copy_{writers}_rows_per_s"] = rate
            self.empty()

    def empty(self):
        """No temperatures, and no rollups of them."""
        with self.store._cursor() as cr:
            cr.execute("TRUNCATE temperature_readings")
            if not self.store._keeps_rollups():
                cr.execute(f"TRUNCATE {TEMPERATURE.name}")

    def load(self, rows):
        """So many temperatures, rolled up and packed; and their bytes."""
        self.empty()
        with step(f"{rows:,} temperatures"):
            load_temperatures(self.store, rows, self.start)
        with step("rollups"):
            self.roll_up(TEMPERATURE, self.start, DAYS)
        arrived = self.size_of(TEMPERATURE.table, rows)
        with step("past days packed") as notes:
            notes.append(f"{self.store._pack_past_chunks()} indexes")
        with connection.autocommit_cursor() as cr:
            # what autovacuum does when it comes
            cr.execute("VACUUM (ANALYZE) temperature_readings")
            cr.execute("ANALYZE")
        is_table = not self.store._keeps_rollups()
        rollup = self.size_of(TEMPERATURE.name, rows) if is_table else None
        self.bytes[rows] = arrived, self.size_of(TEMPERATURE.table, rows), rollup

    def size_of(self, table, rows):
        """Bytes per reading, if all of them are there."""
        with self.store._cursor() as cr:
            cr.execute("SELECT count(*) FROM temperature_readings")
            if cr.fetchone()[0] != rows:
                raise SystemExit(f"of {rows:,} temperatures not all are stored")
            return size_of(cr, table, rows)

    def roll_up(self, rollup, start, days):
        """Of a span, in the edition's way."""
        span = Chunk("", start, start + timedelta(days=days))
        self.store._settle_rollups(rollup.table, span)
        self.store._refresh_rollups()  # what came late is marked in either edition

    def ask(self, title):
        """Every question, ours and the naive one."""
        with step(f"questions, {title}") as notes:
            found = self.answers[title] = {}
            for question in questions(self.store, self.start):
                if reason := disagreement(question):
                    raise SystemExit(f"the answers differ: {reason}")
                ours = clock(question.ours, CALLS)
                naive = clock(question.naive, question.naive_calls)
                found[question.name] = (question.what, ours, naive)
                notes.append(f"{question.name} {ours.p95:.1f} ms")
            with farm(self.registry) as env:
                self._ask_odoo(env, found, notes)

    def _ask_odoo(self, env, found, notes):
        naive = found["latest"][2]
        for name, what, call in orm.of_board(env):
            found[name] = (what, clock(call, CALLS), naive)
        if not orm.has_readings(env):
            notes.append("list and pivot skipped: there is no iot.sensor.reading")
            return
        for name, what, call, calls in orm.of_readings(env):
            found[name] = (what, clock(call, calls), None)

    def compress(self):
        """What the Community edition has, or why it is not measured."""
        edition = self.store._edition()
        if edition != "timescale":
            print(
                "store: compressed bytes per reading, questions to compressed chunks"
                " and continuous aggregates skipped: this server has TimescaleDB's"
                f" {edition} edition (give a Community server as TIMESCALE_DSN)"
            )
            return
        with step("compression"):
            community.compress(TEMPERATURE.table)
        self.compressed = self.size_of(TEMPERATURE.table, self.sizes[-1])
        self.ask("compressed")

    def conclude(self):
        """The figures of the largest size."""
        arrived, packed, _ = self.bytes[self.sizes[-1]]
        raw = packed.total
        self.figures |= {
            "arrived_reading_bytes": arrived.total,
            "reading_bytes": raw,
            "specified_reading_bytes": self.specified.total,
            "specified_of_reading_bytes": self.specified.total / raw,
        }
        if self.compressed:
            ratio = self.specified.total / self.compressed.total
            self.figures["compressed_reading_bytes"] = self.compressed.total
            self.figures["specified_of_compressed_bytes"] = ratio
        for name, (_, ours, naive) in self.answers[f"{self.sizes[-1]:,}"].items():
            self.figures[f"{name}_p95_ms"] = ours.p95
            if naive:
                self.figures[f"naive_of_{name}"] = naive.p95 / ours.p95

    def tables(self):
        """Of sizes and of answers, in Markdown."""
        sizes = tables.of_sizes(self.bytes, self.specified, self.compressed)
        return [sizes, tables.of_answers(self.answers)]
