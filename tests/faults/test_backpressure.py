"""More comes in than goes out: memory stays flat, and nothing is dropped."""

from tests.conftest import wait_until
from tests.faults.conftest import kill_9, locked_store, start_postgres
from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more

MIB = 2**20
READINGS = 20  # of each message


def test_a_full_buffer_leaves_the_rest_at_the_broker(
    host, postgres, make_device, timescale, dice
):
    """Twice some 20,000 readings arrive while 400 fill the buffer, and nothing goes."""
    host.restart(batch_rows=200, buffer_rows=400)
    (listener,) = host.wait_for_listeners()
    with Load(make_device(), make_device(), readings=READINGS) as load:
        wait_for_more(timescale, load, rows=5000)
        before = listener.memory_info().rss
        for _ in range(2):
            load.wait_for(dice.randint(50, 500))
            kill_9(postgres.daemon)
            load.wait_for(1000)
            grown = listener.memory_info().rss - before
            start_postgres(postgres)
            wait_for_more(timescale, load)
            print(f"{1000 * READINGS} readings waited, memory +{grown / MIB:.1f} MiB")
            assert grown < 20 * MIB
    expect_exactly_what_was_acked(timescale, load, seconds=120)


def test_a_table_that_is_locked_again_and_again_loses_nothing(
    host, make_device, timescale, dice
):
    """As by a careless ALTER TABLE."""
    with Load(make_device(), make_device()) as load:
        for _ in range(3):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            with locked_store():
                load.wait_for(dice.randint(200, 1000))
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
    wait_until(lambda: host.listeners(), "it listens")
