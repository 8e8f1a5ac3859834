"""The broker dies under load, and comes back with what it has saved.

Mosquitto acknowledges a message before it saves it, but after it has written it to the
socket of a listener that keeps pace. So with a listener at work nothing acknowledged is
lost; what waits for one that is away is safe once it is saved.
"""

from tests.conftest import wait_until
from tests.faults.conftest import kill_9, locked_store
from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more
from tests.support.servers import counters


def test_kill_9_of_the_broker_loses_and_doubles_nothing(
    host, broker, devices, timescale, odoo, dice
):
    (listener,) = host.wait_for_listeners()
    before = counters(odoo, listener)
    with Load(*devices) as load:
        for _ in range(3):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            kill_9(broker.daemon)
            load.wait_for(dice.randint(1, 300))
            broker.start()
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
    assert host.wait_for_listeners() == [listener], "it connected again by itself"
    wait_until(
        lambda: counters(odoo, listener)["reconnects"] == before["reconnects"] + 3,
        "it says so",
    )


def test_a_listener_that_lags_reads_what_the_broker_wrote_before_it_died(
    host, broker, make_device, timescale, dice
):
    """Its acknowledgements find nobody; what it has not read is still there."""
    with Load(make_device(), make_device()) as load:
        for _ in range(2):
            wait_for_more(timescale, load)
            with locked_store():
                load.wait_for(dice.randint(200, 800))
                wanted = load.sent
                wait_until(lambda n=wanted: load.acked >= n, "the broker's acks")
                kill_9(broker.daemon)
            broker.start()
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)


def test_what_the_broker_saved_for_a_listener_that_is_away_survives_kill_9(
    host, broker, make_device, timescale, dice
):
    with Load(make_device(), make_device()) as load:
        wait_for_more(timescale, load)
        host.stop()
        load.wait_for(dice.randint(300, 1000))
    wait_until_saved(broker)
    kill_9(broker.daemon)
    broker.start()
    host.start()
    expect_exactly_what_was_acked(timescale, load)


def wait_until_saved(broker):
    """Wait for a save that has begun from now on: the one after the next to end."""
    saved = broker.folder / "data" / "mosquitto.db"
    for _ in range(2):
        before = saved.stat().st_mtime_ns
        wait_until(lambda b=before: saved.stat().st_mtime_ns > b, "a save")
