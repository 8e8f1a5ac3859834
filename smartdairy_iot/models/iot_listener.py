import os
import socket
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

_COUNTERS = ("received", "stored", "duplicate", "rejected", "batches", "retries")
_ALIVE = timedelta(seconds=20)  # it beats every five


class IotListener(models.Model):
    """What a listener process says of itself, every five seconds."""

    _name = "iot.listener"
    _description = "MQTT Listener"
    _log_access = False
    _order = "beat_at desc"
    _rec_name = "host"

    host = fields.Char(required=True, readonly=True)
    pid = fields.Integer(string="Process", readonly=True)
    beat_at = fields.Datetime(string="Last Sign of Life", readonly=True)
    is_alive = fields.Boolean(string="Alive", compute="_compute_is_alive")
    is_connected = fields.Boolean(string="Connected", readonly=True)
    received = fields.Integer(string="Messages", readonly=True)
    stored = fields.Integer(string="Readings", readonly=True)
    duplicate = fields.Integer(string="Duplicates", readonly=True)
    rejected = fields.Integer(readonly=True)
    batches = fields.Integer(readonly=True)
    retries = fields.Integer(readonly=True)
    reconnects = fields.Integer(readonly=True)
    buffered = fields.Integer(string="In the Buffer", readonly=True)
    lag = fields.Float(string="Lag (s)", digits=(12, 3), readonly=True)
    error = fields.Char(string="Last Error", readonly=True)

    _host_pid_unique = models.Constraint("UNIQUE(host, pid)")

    @api.depends("beat_at")
    def _compute_is_alive(self):
        since = fields.Datetime.now() - _ALIVE
        for listener in self:
            listener.is_alive = bool(listener.beat_at and listener.beat_at > since)

    def init(self):
        # Raw SQL: at 15,000 messages/s an int4 counter runs over in 40 hours.
        for name in _COUNTERS:
            self.env.cr.execute(
                SQL(
                    "ALTER TABLE iot_listener ALTER COLUMN %s TYPE bigint",
                    SQL.identifier(name),
                )
            )

    @api.model
    def _beat(self, counted, *, is_connected, buffered, lag, error):
        """:param counted: what was counted since the last beat, by counter"""
        values = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "beat_at": fields.Datetime.now(),
            "is_connected": is_connected,
            "buffered": buffered,
            "lag": lag,
            "error": error or None,
            **counted,
        }
        names = list(values)
        added = SQL(", ").join(
            SQL(
                "%(name)s = coalesce(iot_listener.%(name)s, 0) + EXCLUDED.%(name)s"
                if name in counted
                else "%(name)s = EXCLUDED.%(name)s",
                name=SQL.identifier(name),
            )
            for name in names
        )
        # Raw SQL: an upsert that adds, which the ORM has not.
        self.env.cr.execute(
            SQL(
                "INSERT INTO iot_listener (%s) VALUES %s"
                " ON CONFLICT (host, pid) DO UPDATE SET %s",
                SQL(", ").join(map(SQL.identifier, names)),
                tuple(values.values()),
                added,
            )
        )

    @api.autovacuum
    def _gc_listeners(self):
        """Processes that ended a month ago."""
        month_ago = fields.Datetime.now() - timedelta(days=30)
        self.search([("beat_at", "<", month_ago)]).unlink()
