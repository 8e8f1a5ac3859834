"""The stack's servers, to be killed, restarted and multiplied."""

import os
import signal
import subprocess

import psutil
import requests
from stack.odoo_server import OdooServer
from stack.process import Daemon
from stack.settings import Stack, free_port

from tests.support.waiting import PATIENCE, wait_until


def stack():
    return Stack(os.environ["SMARTDAIRY_STACK"])


class OdooHost:
    """An Odoo master; several on ports of their own stand for several hosts.

    :param name: ``odoo`` is the stack's own
    """

    def __init__(self, name="odoo", conf=None):
        self.server = OdooServer(stack())
        self._arguments = []
        self.conf = conf
        self.daemon = self.server.daemon
        self.port = self.server.stack.ports["ODOO_PORT"]
        self.is_plain = True
        if name != "odoo":
            self.daemon = Daemon(self.server.stack, name, signal.SIGTERM)
            self.port, gevent = free_port(set()), free_port(set())
            self._arguments = [f"--http-port={self.port}", f"--gevent-port={gevent}"]

    @property
    def url(self):
        return f"http://localhost:{self.port}"

    @property
    def log(self):
        return self.daemon.log.read_text(errors="replace")

    def start(self, workers=0, options=(), variables=None, **settings):
        """Start and wait until it answers.

        :param options: more of the command line
        :param variables: more of the environment
        :param settings: keys of ``[smartdairy_iot]``
        """
        self.is_plain = not (workers or settings or options)
        options = [f"--workers={workers}", *self._arguments, *options]
        command = self.server.command(*options)
        if self.conf:
            command[-1] = str(self.conf)
        given = {f"SMARTDAIRY_IOT_{k.upper()}": str(settings[k]) for k in settings}
        env = self.server.environment(**given, **(variables or {}))
        self.daemon.start(command, env=env)
        self.daemon.wait_until(self.answers, 2 * PATIENCE, "does not answer")

    def restart(self, workers=0, options=(), variables=None, **settings):
        self.stop()
        self.start(workers, options, variables, **settings)

    def stop(self):
        """SIGTERM, and wait until it has ended."""
        self.daemon.stop(seconds=60)

    def kill(self):
        """kill -9 of the master, and of its workers as a machine that dies would."""
        pid = self.daemon.pid()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not self.daemon.pid(), "the server is gone")
        self.daemon.kill_leftovers()

    def restore(self):
        """Leave it as the stack started it."""
        if not self.is_plain:
            self.stop()
        self.start()

    def listeners(self, port=None):
        """Its processes that are connected to the broker: itself, or workers."""
        port = port or int(os.environ["MQTT_TLS_PORT"])
        found = []
        try:
            parent = psutil.Process(self.daemon.pid())
            for process in [parent, *parent.children()]:
                if any(_leads_to(c, port) for c in process.net_connections("tcp")):
                    found.append(process)
        except (psutil.Error, FileNotFoundError, ValueError, TypeError):
            return []  # it ended while we looked
        return found

    def wait_for_listeners(self, count=1, port=None):
        """Wait until that many of its processes have a broker."""
        return wait_until(
            lambda: len(found := self.listeners(port)) == count and found,
            f"{count} listening",
            seen=lambda: (self.listeners(port), self.log[-1000:]),
        )

    def answers(self):
        try:
            return requests.get(f"{self.url}/web/login", timeout=60).ok
        except requests.ConnectionError:
            return False


def run_odoo(conf, *arguments, succeeds=True, seconds=400, **settings):
    """Run an Odoo command to its end; under load it must not be held up.

    :param settings: keys of ``[smartdairy_iot]``
    :return: what it logged
    """
    server = OdooServer(stack())
    variables = {f"SMARTDAIRY_IOT_{k.upper()}": str(settings[k]) for k in settings}
    done = subprocess.run(
        [*server.command(*arguments)[:-1], str(conf)],
        env=server.environment(**variables),
        timeout=seconds,
        capture_output=True,
        text=True,
    )
    assert (done.returncode == 0) == succeeds, done.stderr[-2000:]
    return done.stderr


def counters(odoo, process):
    """What a listener says of itself, every five seconds."""
    domain = [("pid", "=", process.pid)]
    names = ["received", "stored", "duplicate", "retries", "reconnects", "buffered"]
    (row,) = wait_until(
        lambda: odoo.search_read("iot.listener", domain, names), "a sign of life"
    )
    return row


def _leads_to(connection, port):
    return (
        connection.raddr
        and connection.raddr.port == port
        and connection.status == psutil.CONN_ESTABLISHED
    )
