import os
import socket
from datetime import timedelta

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

_COUNTERS = (
    "received",
    "stored",
    "duplicate",
    "rejected",
    "quarantined",
    "batches",
    "retries",
)
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
    rejected_by_reason = fields.Json(readonly=True)
    rejected_reasons = fields.Text(
        string="Reasons", compute="_compute_rejected_reasons"
    )
    quarantined = fields.Integer(
        readonly=True, help="Messages of devices that are not registered."
    )
    batches = fields.Integer(readonly=True)
    retries = fields.Integer(readonly=True)
    reconnects = fields.Integer(readonly=True)
    buffered = fields.Integer(string="In the Buffer", readonly=True)
    lag = fields.Float(string="Lag (s)", digits=(12, 3), readonly=True)
    batch_ms_mean = fields.Float(string="Batch (ms)", digits=(12, 1), readonly=True)
    batch_ms_max = fields.Float(
        string="Longest Batch (ms)",
        digits=(12, 1),
        readonly=True,
        help="Transaction 1, from its beginning to its commit, in the last 5 seconds.",
    )
    error = fields.Char(string="Last Error", readonly=True)

    _host_pid_unique = models.Constraint("UNIQUE(host, pid)")

    @api.depends("beat_at")
    def _compute_is_alive(self):
        since = fields.Datetime.now() - _ALIVE
        for listener in self:
            listener.is_alive = bool(listener.beat_at and listener.beat_at > since)

    @api.depends("rejected_by_reason")
    def _compute_rejected_reasons(self):
        rejected = self.env["iot.rejected.message"]
        labels = dict(rejected._fields["reason"]._description_selection(self.env))
        for listener in self:
            counted = (listener.rejected_by_reason or {}).items()
            listener.rejected_reasons = "\n".join(
                f"{labels.get(reason, reason)}: {count}"
                for reason, count in sorted(counted, key=lambda item: -item[1])
            )

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
    def _beat(self, counted, *, commits, reasons, **state):
        """:param counted: what was counted since the last beat, by counter
        :param commits: mean and longest seconds of a batch's transaction
        :param reasons: ``{reason: rejections}`` since the listener started
        :param state: is_connected, buffered, lag (s), error
        """
        values = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "beat_at": fields.Datetime.now(),
            "batch_ms_mean": 1000 * commits[0],
            "batch_ms_max": 1000 * commits[1],
            "rejected_by_reason": Json(reasons),
            **state,
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

    @api.model
    def _begin(self):
        """A process that has just started is not connected, and whose place it takes
        is no more; the others say so again within seconds."""
        self.search([("is_connected", "=", True)]).is_connected = False

    @api.autovacuum
    def _gc_listeners(self):
        """Processes that ended a month ago."""
        month_ago = fields.Datetime.now() - timedelta(days=30)
        self.search([("beat_at", "<", month_ago)]).unlink()
