"""One run of the benchmarks: a load, what became of it, and what that cost."""

import time
from dataclasses import dataclass, field
from typing import NamedTuple

from .fleet import readings_of
from .memory import MemoryWatch
from .odoo_devices import OdooDevices
from .processes import Load, load
from .processor import Processor
from .rows import Rows

SETTLE = 60.0  # seconds for what is in hand; a backlog gets more
LAST = 20  # the broker keeps the order: when the last are stored, all are
KEPT_UP = 0.3  # seconds


class Measured(NamedTuple):
    """One load through the whole line."""

    acked: object  # keys of the messages
    seconds: float  # from the first publish to the last row
    finished: float  # seconds since the epoch
    messages_per_s: float
    readings_per_s: float
    rss_mb: float  # the highest
    memory: list  # MiB, twice a second


@dataclass
class Session:
    """What the measurements share."""

    environment: object
    options: object
    figures: dict = field(default_factory=dict)
    tables: list = field(default_factory=list)  # lines of Markdown
    peaks: dict = field(default_factory=dict)  # load → MiB
    registered: set = field(default_factory=set)  # mixes
    certificates: object = None  # a folder of those that Odoo has issued
    lost: int = 0
    duplicated: int = 0

    def __post_init__(self):
        self.odoo = OdooDevices(self.environment)
        timescale = self.odoo.uses_timescale()
        self.dsn = getattr(self.environment, "timescale_dsn" if timescale else "pg_dsn")
        self.rows = Rows(self.dsn)

    def measure(self, title, *, meanwhile=None, **options):
        """Publish, wait until it is stored, compare; print one line.

        :param meanwhile: called while the load runs
        :param options: of the load generator
        """
        processor = Processor(self.environment)
        with MemoryWatch(self.environment) as watch:
            with Load(self.environment, **options) as running:
                if meanwhile:
                    meanwhile(running)
                published = running.result()
            ended = time.time()
            patience = SETTLE + 5 * published.published_in
            last = list(readings_of(published.acked[-LAST:]))
            finished = self.rows.wait_for(last, patience) or time.time()
        self.peaks[title] = max(watch.samples)
        seconds = finished - published.started
        used = {"load": published.cpu_s, **processor.used()}
        readings = self._compare(published)
        stored = len(published.acked) * (readings.stored / max(1, readings.expected))
        measured = Measured(
            published.acked,
            seconds,
            finished,
            stored / seconds,
            readings.stored / seconds,
            max(watch.samples),
            watch.samples,
        )
        shares = ", ".join(f"{who} {cpu / seconds:.0%}" for who, cpu in used.items())
        print(
            f"{title}: {published.rate:,.0f} messages/s offered for"
            f" {published.published_in:.1f} s, {measured.messages_per_s:,.0f}/s stored"
            f" after {seconds:.1f} s; of one core: {shares}; the listener's memory:"
            f" {min(watch.samples):.0f} … {measured.rss_mb:.0f} MiB",
            flush=True,
        )
        if finished - ended < KEPT_UP and options.get("rate", 0) > 5_000:
            print(f"{title}: it kept up with what was offered; it may take more")
        return measured

    def _compare(self, published):
        """Every acknowledged reading is exactly one row (or one of each value)."""
        expected = set(readings_of(published.acked))
        stored, extra = self.rows.stored_since(published.started)
        lost = len(expected - stored)
        if lost or extra:
            print(f"of {len(expected)} readings {lost} lost, {extra} rows too many")
        self.lost += lost
        self.duplicated += extra
        return Readings(len(expected), len(expected) - lost)

    def wait_for_listener(self, mix="temperature", devices=1, messages=1):
        """Publish a few messages until all of them are stored."""
        deadline = time.time() + SETTLE
        while time.time() < deadline:
            time.sleep(1.0)  # the listener looks for new devices every second
            published = load(
                self.environment,
                mix=mix,
                devices=devices,
                seconds=5,
                rate=1_000,
                messages=messages,
            )
            readings = list(readings_of(published.acked))
            if self.rows.wait_for(readings, 3.0):
                return
        raise SystemExit("no reading was stored: does the listener run?")


class Readings(NamedTuple):
    """How many readings there should be, and how many of them there are."""

    expected: int
    stored: int
