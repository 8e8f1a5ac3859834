"""The listener dies, or is stopped, under load."""

import os
import signal

from tests.conftest import wait_until
from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more
from tests.support.odoo import run_job

WATCH = "ir_cron_watch_listeners"


def test_kill_9_of_the_threaded_server_loses_and_doubles_nothing(
    host, devices, timescale, dice
):
    with Load(*devices) as load:
        for _ in range(3):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            host.kill()
            load.wait_for(dice.randint(1, 300))
            host.start()
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)


def test_kill_9_of_the_prefork_listener_loses_and_doubles_nothing(
    host, devices, timescale, dice
):
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


def test_managers_are_told_of_a_listener_that_hangs_and_when_it_goes_on(host, odoo):
    """The dead-man's switch: it is frozen, and cannot say so itself."""
    host.restart(workers=1, deaf_seconds=10)
    (listener,) = host.wait_for_listeners()
    domain = [("module", "=", "smartdairy_iot"), ("name", "=", WATCH)]
    (job,) = odoo.search_read("ir.model.data", domain, ["res_id"])
    newest = odoo.call("mail.message", "search", [], limit=1, order="id desc")

    def is_told(subject):
        run_job(odoo, job["res_id"])
        domain = [("subject", "=", f"Dairy IoT: {subject}"), ("id", ">", last)]
        return odoo.search_read("mail.message", domain, ["notified_partner_ids"])

    last = newest[0] if newest else 0
    assert not is_told("nobody listens to the devices")
    listener.suspend()
    (told,) = wait_until(
        lambda: is_told("nobody listens to the devices"), "they are told", 30
    )
    assert told["notified_partner_ids"]
    assert len(is_told("nobody listens to the devices")) == 1, "once"
    listener.resume()
    wait_until(lambda: is_told("the devices are heard again"), "and that it goes on")


def test_a_restart_of_odoo_loses_nothing(host, devices, timescale, dice):
    with Load(*devices) as load:
        for _ in range(2):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            host.restart()
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)


def test_a_reading_that_the_broker_retains_is_no_new_one_after_a_restart(
    host, make_device, timescale
):
    """It comes again with each subscription; without a timestamp it would be new."""
    device = make_device()
    query = (
        "SELECT temperature_celsius FROM temperature_readings"
        " WHERE device_id = %s ORDER BY time"
    )

    def stored():
        return [value for (value,) in timescale(query, device.id)]

    device.publish({"temperature": 4.0}, retain=True)
    wait_until(stored, "it is stored")
    host.restart()
    host.wait_for_listeners()
    device.publish({"temperature": 5.0})
    wait_until(lambda: 5.0 in stored(), "what comes after it is stored")
    assert stored() == [4.0, 5.0]
