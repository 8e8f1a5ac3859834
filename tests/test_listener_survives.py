"""kill -9 under load: nothing lost, nothing doubled, told from the publisher's log."""

import os
import signal
import threading
from datetime import datetime, timedelta, timezone

import psutil
import pytest
from stack.odoo_server import OdooServer
from stack.settings import Stack

from tests.conftest import wait_until

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


class Load:
    """Steady publishing from a thread; every reading has an instant of its own."""

    def __init__(self, device, per_second=400):
        self._device = device
        self._pause = 1 / per_second
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.sent = 0

    def __enter__(self):
        self._device.acked.clear()  # from here on, readings only
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        self._stop.set()
        self._thread.join()
        wait_until(lambda: len(self._device.acked) == self.sent, "all acks", 60)

    def _run(self):
        while not self._stop.wait(self._pause):
            at = START + timedelta(milliseconds=self.sent)
            payload = {"temperature": 4.0, "timestamp": at.isoformat()}
            self._device.send(payload)
            self.sent += 1


@pytest.fixture
def server():
    server = OdooServer(Stack(os.environ["SMARTDAIRY_STACK"]))
    yield server
    server.start()


def stored(timescale, device):
    """``(rows, distinct instants)``"""
    query = (
        "SELECT count(*), count(DISTINCT time) FROM temperature_readings"
        " WHERE device_id = %s"
    )
    return timescale(query, device.id)[0]


def listener_process(server):
    """Threaded: the server itself. Prefork: its worker that holds the connection."""
    port = int(os.environ["MQTT_TLS_PORT"])
    try:
        parent = psutil.Process(server.daemon.pid())
        for process in [parent, *parent.children()]:
            for connection in process.net_connections("tcp"):
                if connection.raddr and connection.raddr.port == port:
                    return process
    except (psutil.Error, FileNotFoundError):
        pass  # it ended while we looked
    return None


def expect_everything(timescale, device):
    expected = len(device.acked)
    assert expected > 500, "there was load"
    wait_until(
        lambda: stored(timescale, device)[0] >= expected, "every acked reading", 60
    )
    assert stored(timescale, device) == (expected, expected)


def kill_under_load(server, device, timescale, restart):
    with Load(device):
        for _ in range(2):
            before = stored(timescale, device)[0]
            wait_until(lambda n=before: stored(timescale, device)[0] > n + 200, "load")
            os.kill(listener_process(server).pid, signal.SIGKILL)
            restart()
        before = stored(timescale, device)[0]
        wait_until(lambda: stored(timescale, device)[0] > before, "it goes on", 60)
    expect_everything(timescale, device)


def test_kill_9_of_the_threaded_server_loses_and_doubles_nothing(
    server, make_device, timescale
):
    def restart():
        wait_until(lambda: not server.daemon.pid(), "the server is gone")
        server.start()
        wait_until(lambda: listener_process(server), "the listener is back", 60)

    kill_under_load(server, make_device(), timescale, restart)


def test_kill_9_of_the_prefork_listener_loses_and_doubles_nothing(
    server, make_device, timescale
):
    device = make_device()
    server.stop()
    server.daemon.start([*server.command(), "--workers=1"], env=server.environment())
    server.daemon.wait_until(server.answers, 90, "does not answer")
    wait_until(lambda: listener_process(server), "the listener", 60)
    assert listener_process(server).pid != server.daemon.pid(), "a worker of its own"

    def restart():
        wait_until(lambda: listener_process(server), "the listener is back", 60)

    try:
        kill_under_load(server, device, timescale, restart)
    finally:
        server.stop()
