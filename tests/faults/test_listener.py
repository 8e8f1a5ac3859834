"""The listener dies, or is stopped, under load."""

import os
import signal

from tests.conftest import wait_until
from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more


def test_kill_9_of_the_threaded_server_loses_and_doubles_nothing(
    host, make_device, timescale, dice
):
    with Load(make_device(), make_device()) as load:
        for _ in range(3):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            host.kill()
            load.wait_for(dice.randint(1, 300))
            host.start()
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)


def test_kill_9_of_the_prefork_listener_loses_and_doubles_nothing(
    host, make_device, timescale, dice
):
    devices = make_device(), make_device()
    host.restart(workers=1)
    with Load(*devices) as load:
        for _ in range(2):
            (listener,) = host.wait_for_listeners()
            assert listener.pid != host.daemon.pid(), "a worker of its own"
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            os.kill(listener.pid, signal.SIGKILL)
            wait_until(lambda dead=listener: not dead.is_running(), "it is gone")
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)


def test_a_restart_of_odoo_loses_nothing(host, make_device, timescale, dice):
    with Load(make_device(), make_device()) as load:
        for _ in range(2):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            host.restart()
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
