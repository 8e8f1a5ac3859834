"""More comes in than goes out: memory stays flat, and nothing is dropped."""

import contextlib
import os

import psycopg2

from tests.conftest import wait_until
from tests.faults.conftest import kill_9, start_postgres
from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more

MIB = 2**20
READINGS = 20  # of each message


def test_a_full_buffer_leaves_the_rest_at_the_broker(
    host, postgres, make_device, timescale
):
    """Some 40,000 readings arrive while a buffer for 400 of them cannot be emptied."""
    host.restart(batch_rows=200, buffer_rows=400)
    (listener,) = host.wait_for_listeners()
    with Load(make_device(), make_device(), readings=READINGS) as load:
        wait_for_more(timescale, load, rows=5000)
        before = listener.memory_info().rss
        kill_9(postgres.daemon)
        load.wait_for(2000)
        grown = listener.memory_info().rss - before
        start_postgres(postgres)
        wait_for_more(timescale, load)
    print(f"{2000 * READINGS} readings waited; memory grew by {grown / MIB:.1f} MiB")
    assert grown < 20 * MIB
    expect_exactly_what_was_acked(timescale, load, seconds=120)


def test_a_table_that_is_locked_for_a_while_loses_nothing(host, make_device, timescale):
    with Load(make_device(), make_device()) as load:
        wait_for_more(timescale, load)
        with locked("temperature_readings"):
            load.wait_for(2000)
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
    wait_until(lambda: host.listeners(), "it listens")


@contextlib.contextmanager
def locked(table):
    """Hold an exclusive lock, as a careless ALTER TABLE would."""
    connection = psycopg2.connect(os.environ["TIMESCALE_DSN"])
    try:
        with connection.cursor() as cr:
            cr.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        connection.close()
