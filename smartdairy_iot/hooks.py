"""The listener as a server-wide worker: the only file that touches the server.

``server_wide_modules = base,rpc,web,smartdairy_iot`` makes Odoo call
:func:`post_load` in every process. It only extends classes: nothing starts before a
server really serves, so shells, tests, ``--stop-after-init`` and the gevent process
never listen.

* Prefork (``--workers``): a :class:`WorkerListener` beside the HTTP and cron workers,
  respawned, with growing pauses, when it dies.
* Threaded: a daemon thread beside the cron threads.
"""

import logging
import os
import select
import signal
import threading
import time

import psycopg2

from odoo.service import server
from odoo.tools import config

from .settings import SettingsError, get_settings
from .watch.json_log import use_json

_logger = logging.getLogger(__name__)

_STABLE_SECONDS = 60.0  # a listener that lived this long did not die at birth
_WATCHDOG_SECONDS = 300
_PAUSES = (0.0, 1.0, 5.0, 15.0, 30.0)


def post_load():
    """Called by Odoo once per process when the module is server-wide."""
    if "smartdairy_iot" not in config["server_wide_modules"]:
        return
    try:
        settings = get_settings()
    except SettingsError as error:
        _logger.error("[smartdairy_iot] in the configuration: %s. Not listening", error)
        return
    if settings.log_format == "json":
        hidden = settings.secrets() | {config["db_password"], config["admin_passwd"]}
        use_json(logging.getLogger(), {text for text in hidden if text})
    if settings.enabled:
        _extend_threaded_server(settings.listeners)
        _extend_prefork_server(settings.listeners)


class Respawn:
    """How long to wait before a listener that died starts again."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._deaths = 0
        self._started_at = None

    def is_due(self):
        pause = _PAUSES[min(self._deaths, len(_PAUSES) - 1)]
        return self._started_at is None or self._clock() >= self._started_at + pause

    def started(self):
        now = self._clock()
        lived = now - self._started_at if self._started_at is not None else 0.0
        self._deaths = 1 if lived > _STABLE_SECONDS else self._deaths + 1
        self._started_at = now


def _make_listener(number):
    # Imported late: paho and the line are for the process that listens only.
    from .ingest.worker import Listener  # noqa: PLC0415

    return Listener(number, get_settings())


# Prefork ------------------------------------------------------------------------


class WorkerListener(server.Worker):
    """One listener process. Sockets are made after the fork, never in the parent."""

    def __init__(self, multi, number):
        super().__init__(multi)
        self.number = number
        self.watchdog_timeout = _WATCHDOG_SECONDS
        self.request_max = float("inf")
        self._listener = None

    def start(self):
        super().start()
        # The base leaves SIGTERM at its default; we want to commit and ack first.
        signal.signal(signal.SIGTERM, self.signal_handler)
        if self.multi.socket:
            self.multi.socket.close()
        self._listener = _make_listener(self.number)

    def sleep(self):
        """Never wait here: the line waits on its own socket (the base's on HTTP's)."""
        select.select([self.wakeup_fd_r], [], [], 0)
        server.empty_pipe(self.wakeup_fd_r)

    def process_work(self):
        until = time.monotonic() + 1.0
        while self.alive and time.monotonic() < until:
            self._listener.run_once()

    def stop(self):
        self._listener.stop()
        super().stop()


def _outlive_postgresql(multi, spawn):
    """Odoo looks at its database before it replaces a worker, and ends as a whole when
    that is away: as when its cron workers have died of the same. Here it waits."""
    try:
        spawn(multi)
    except psycopg2.OperationalError as error:
        if os.getpid() != multi.pid:
            raise  # a worker, after its fork
        if not multi.__dict__.get("is_postgresql_away"):
            _logger.warning(
                "PostgreSQL is away (%s); workers start when it is back",
                str(error).strip().partition("\n")[0],
            )
        multi.is_postgresql_away = True
    else:
        multi.is_postgresql_away = False


def _extend_prefork_server(listeners):
    spawn, pop = server.PreforkServer.process_spawn, server.PreforkServer.worker_pop

    def process_spawn(self):
        _outlive_postgresql(self, spawn)
        workers = self.__dict__.setdefault("workers_listener", {})
        respawns = self.__dict__.setdefault("listener_respawns", {})
        running = {worker.number for worker in workers.values()}
        for number in set(range(listeners)) - running:
            respawn = respawns.setdefault(number, Respawn())
            if respawn.is_due():
                respawn.started()
                self.worker_spawn(
                    lambda multi, n=number: WorkerListener(multi, n), workers
                )

    def worker_pop(self, pid):
        self.__dict__.setdefault("workers_listener", {}).pop(pid, None)
        pop(self, pid)

    server.PreforkServer.process_spawn = process_spawn
    server.PreforkServer.worker_pop = worker_pop


# Threaded -----------------------------------------------------------------------


class ListenerThread(threading.Thread):
    """The same listener in a daemon thread, restarted when it fails."""

    def __init__(self, number):
        super().__init__(name=f"smartdairy_iot.listener{number}", daemon=True)
        self.number = number
        self._stopping = threading.Event()

    def stop(self):
        self._stopping.set()
        self.join(timeout=5)

    def run(self):
        respawn = Respawn()
        while not self._stopping.is_set():
            if not respawn.is_due():
                self._stopping.wait(0.2)
                continue
            respawn.started()
            listener = _make_listener(self.number)
            try:
                while not self._stopping.is_set():
                    listener.run_once()
            except Exception:
                _logger.exception("The listener failed; it will be started again")
            finally:
                listener.stop()


def _extend_threaded_server(listeners):
    spawn = server.ThreadedServer.cron_spawn

    def cron_spawn(self):
        spawn(self)
        for number in range(listeners):
            thread = ListenerThread(number)
            thread.start()
            self.on_stop(thread.stop)

    server.ThreadedServer.cron_spawn = cron_spawn
