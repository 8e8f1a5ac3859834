"""The listener process: which databases it serves, and when.

Caveats: a change of the listener's own code needs a server restart, as all Python
code in Odoo does. Registration and limits of devices are picked up within a second.
"""

import logging
import threading
import time

import psycopg2

from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.service.server import cron_database_list

from ..settings import SettingsError
from .client import BrokerClient
from .election import Leadership
from .pipeline import Pipeline

_logger = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0  # signaling, leadership, registered devices
_DATABASES_SECONDS = 5.0
_TURN_SECONDS = 0.25


class DatabaseListener:
    """Leads or stands by for one database."""

    def __init__(self, db_name, number, settings):
        self.db_name = db_name
        self._number = number
        self._settings = settings
        self._leadership = Leadership(db_name, number)
        self._registry = None
        self._pipeline = None
        self._look_at = 0.0
        self._last_error = ""

    def run_once(self, timeout):
        threading.current_thread().dbname = self.db_name  # for the log
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + _LOOK_SECONDS
            self._look()
        if self._pipeline:
            self._pipeline.run_once(timeout)
        else:
            time.sleep(timeout)

    def stop(self):
        if self._pipeline:
            self._pipeline.close()
            self._pipeline = None
        self._leadership.release()

    def _look(self):
        """Notice upgrade, uninstall, registered devices, and who leads."""
        try:
            self._registry = Registry(self.db_name).check_signaling()
            if "iot.store" not in self._registry or not self._leadership.acquire():
                self._step_down()
                return
            pipeline = self._pipeline or self._start()
            pipeline.refresh(self._registry)
            self._pipeline = pipeline  # not before it knows the devices
            self._last_error = ""
        except Exception as error:  # noqa: BLE001 - nor end the other databases' lines
            # PostgreSQL is away: the pipeline keeps its session and its batch.
            self._failed(error)

    def _failed(self, error):
        text = str(error).strip() or repr(error)
        if text != self._last_error:
            expected = isinstance(error, (psycopg2.Error, SettingsError))
            _logger.warning(
                "Database %s: %s; trying again",
                self.db_name,
                text,
                exc_info=None if expected else error,
            )
        self._last_error = text

    def _step_down(self):
        if self._pipeline:
            _logger.info("No longer listening for database %s", self.db_name)
            self.stop()

    def _start(self):
        settings = self._settings
        name = f"{settings.mqtt_client_id}-{self.db_name}-{self._number}"
        _logger.info("Listening for database %s as %s", self.db_name, name)
        client = BrokerClient(settings, name, f"smartdairy-{self.db_name}")
        return Pipeline(self._registry, client, settings)


class Listener:
    """Serves every database where the add-on is installed, turn by turn.

    :param number: 0 … ``settings.listeners`` - 1; each leads for its own share
    """

    def __init__(self, number, settings):
        self._number = number
        self._settings = settings
        self._listeners = {}
        self._databases_at = 0.0

    def run_once(self):
        """One turn, of about a quarter of a second."""
        now = time.monotonic()
        if now >= self._databases_at:
            self._databases_at = now + _DATABASES_SECONDS
            self._find_databases()
        if not self._listeners:
            time.sleep(_TURN_SECONDS)
        for listener in list(self._listeners.values()):
            listener.run_once(_TURN_SECONDS / len(self._listeners))

    def stop(self):
        for listener in self._listeners.values():
            listener.stop()
        self._listeners.clear()

    def _find_databases(self):
        names = set(cron_database_list())
        for name in self._listeners.keys() - names:
            self._listeners.pop(name).stop()
        for name in names - self._listeners.keys():
            if _is_installed(name):
                listener = DatabaseListener(name, self._number, self._settings)
                self._listeners[name] = listener


def _is_installed(db_name):
    """Whether that database is Odoo's and has the add-on; looks without a registry."""
    try:
        # Raw SQL: loading the registry of every database only to ask would be slow.
        with sql_db.db_connect(db_name).cursor() as cr:
            cr.execute("SELECT to_regclass('ir_module_module')")
            if not cr.fetchone()[0]:
                return False
            cr.execute(
                "SELECT 1 FROM ir_module_module"
                " WHERE name = 'smartdairy_iot' AND state IN %s",
                [("installed", "to upgrade")],
            )
            return bool(cr.rowcount)
    except psycopg2.Error as error:
        _logger.info("Cannot look into database %s: %s", db_name, error)
        return False
