from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.tools import SQL

from ..ingest import broker_state
from ..settings import get_settings
from ..watch import broker
from ..watch.health import Health, is_listening
from ..watch.metrics import Figure, single
from ..watch.moment import Moment

_LISTENER_COUNTERS = {
    "received": "MQTT messages received",
    "stored": "Readings stored",
    "duplicate": "Readings that the store had already",
    "rejected": "Messages that could not be used",
    "quarantined": "Messages of devices that are not registered",
    "batches": "Transactions with readings",
    "retries": "Batches tried again because a database was away",
    "reconnects": "Connections to the broker after the first",
}
_LISTENER_GAUGES = {
    "is_connected": ("connected", "Whether it has a broker", 1),
    "buffered": ("buffered", "Messages that wait for their transaction", 1),
    "lag": ("lag_seconds", "From receiving to stored, newest batch", 1),
    "batch_ms_mean": ("batch_seconds", "Mean of a batch's transaction", 0.001),
    "batch_ms_max": ("batch_max_seconds", "Longest transaction of a batch", 0.001),
}
_SHOWN = timedelta(days=1)  # processes that ended longer ago are no news
_LATENCY_OF = timedelta(hours=1)
_MARKS = 200_000  # twice of what the alert rule RollupsWait asks for
_problems = Moment()  # of the store, by database; of this process


class IotMetrics(models.AbstractModel):
    """What monitoring asks for; add-ons extend :meth:`_gather`."""

    _name = "iot.metrics"
    _description = "IoT Metrics"

    @api.model
    def _gather(self):
        """
        :return: list of :class:`~..watch.metrics.Figure`
        """
        return [
            *self._listener_figures(),
            *broker.figures(self._broker_state()),
            *self._device_figures(),
            *self._alert_figures(),
            *self._notification_figures(),
            *self._store_figures(),
            *self._job_figures(),
        ]

    # Health --------------------------------------------------------------------------

    @api.model
    def _health(self):
        """:class:`~..watch.health.Health`; the database answers, or we were not here"""
        # sudo - iot.listener: a moment, for whoever asks whether the system works.
        last = self.env["iot.listener"].sudo()._last_listened()[0]
        return Health(
            database=True,
            listener=is_listening(last, fields.Datetime.now()),
            store=self._store_answers(),
        )

    def _store_answers(self):
        # sudo - iot.store: whether it answers, nothing of what is in it.
        store = self.env["iot.store"].sudo()
        return not _problems.tell(self.env.cr.dbname, store._problem)

    # The line ------------------------------------------------------------------------

    def _listener_figures(self):
        since = fields.Datetime.now() - _SHOWN
        rows = self.env["iot.listener"].search([("beat_at", ">", since)])
        names = {row: (row.host, str(row.pid)) for row in rows}
        labels = ("host", "pid")
        for name, text in _LISTENER_COUNTERS.items():
            samples = {names[row]: row[name] for row in rows}
            yield Figure(f"listener_{name}", "counter", text, labels, samples)
        for field, (name, text, unit) in _LISTENER_GAUGES.items():
            samples = {names[row]: row[field] * unit for row in rows}
            yield Figure(f"listener_{name}", "gauge", text, labels, samples)
        beats = {names[row]: _seconds(row.beat_at) for row in rows}
        text = "When it gave its last sign of life"
        yield Figure("listener_beat_timestamp_seconds", "gauge", text, labels, beats)
        yield self._rejected(rows)

    @staticmethod
    def _rejected(rows):
        samples = {}
        for row in rows:
            for reason, count in (row.rejected_by_reason or {}).items():
                samples[row.host, str(row.pid), reason] = count
        return Figure(
            "listener_rejected_by_reason",
            "counter",
            "Messages that could not be used, by reason",
            ("host", "pid", "reason"),
            samples,
        )

    def _broker_state(self):
        settings = get_settings()
        return broker_state.ask(settings) if settings.enabled else {}

    # Devices and alerts --------------------------------------------------------------

    def _device_figures(self):
        devices = self.env["iot.device"]
        by_state = devices._read_group([], ["state", "device_type"], ["__count"])
        yield Figure(
            "devices",
            "gauge",
            "Devices by state and type",
            ("state", "type"),
            {(state, kind or ""): count for state, kind, count in by_state},
        )
        active = [("device_id.state", "=", "active")]
        states = self.env["iot.device.state"]._read_group(
            active, ["is_online"], ["__count"]
        )
        yield Figure(
            "devices_active",
            "gauge",
            "Active devices, online and offline",
            ("status",),
            {("online" if on else "offline",): count for on, count in states},
        )
        soon = fields.Datetime.now() + timedelta(days=30)
        expiring = [("state", "=", "valid"), ("not_after", "<", soon)]
        yield single(
            "certificates_expiring",
            "gauge",
            "Valid certificates that expire within 30 days",
            self.env["iot.certificate"].search_count(expiring),
        )

    def _alert_figures(self):
        alerts = self.env["iot.alert"]
        found = alerts._read_group(
            [("is_active", "=", True)], ["severity", "state"], ["__count"]
        )
        yield Figure(
            "alerts_active",
            "gauge",
            "Alerts whose condition holds",
            ("severity", "state"),
            {(severity, state): count for severity, state, count in found},
        )
        yield from self._latency_figures()

    def _latency_figures(self):
        """How late the alerts of the last hour were, and their acknowledgements."""
        # Raw SQL: percentiles, which the ORM has not.
        self.env.cr.execute(SQL(_LATENCIES, fields.Datetime.now() - _LATENCY_OF))
        for name, text, values in zip(
            ("alert_latency_seconds", "alert_acknowledge_seconds"),
            (
                "From the breach to the alert, of the alerts of the last hour",
                "From the alert to its acknowledgement, likewise",
            ),
            self.env.cr.fetchone(),
            strict=True,
        ):
            quantiles = dict(zip((("0.5",), ("0.95",)), values or (), strict=False))
            yield Figure(name, "gauge", text, ("quantile",), quantiles)

    def _notification_figures(self):
        since = fields.Datetime.now() - _LATENCY_OF
        rows = self.env["iot.notification"]
        queued = rows._read_group([("state", "=", "queued")], ["channel"], ["__count"])
        yield Figure(
            "notifications_queued",
            "gauge",
            "Notifications that wait to be sent",
            ("channel",),
            {(channel,): count for channel, count in queued},
        )
        tried = rows._read_group(
            [("tried_at", ">", since)], ["channel", "state"], ["__count"]
        )
        yield Figure(
            "notifications_tried",
            "gauge",
            "Notifications tried in the last hour, by outcome",
            ("channel", "state"),
            {(channel, state): count for channel, state, count in tried},
        )

    # The store and the scheduled actions ---------------------------------------------

    def _store_figures(self):
        status = self.env["iot.store"]._status()
        up = 0 if status.problem else 1
        text = "Whether the time-series store works"
        yield Figure("store_up", "gauge", text, ("edition",), {(status.edition,): up})
        if status.problem:
            return
        yield single(
            "store_bytes", "gauge", "Its tables, indexes and rollups", status.size
        )
        yield single(
            "rollup_marks",
            "gauge",
            "Changes that wait to be rolled up, of at most 200,000",
            self.env["iot.store"]._count_marks(_MARKS),
        )
        yield from self._table_figures()
        outbox = self.env["iot.store.outbox"].search_count([])
        text = "Rows of Odoo's that wait for the store"
        yield single("store_outbox", "gauge", text, outbox)

    def _table_figures(self):
        tables = self.env["iot.store"]._table_sizes()
        sizes = {(table.name,): table.size for table in tables}
        text = "A table of the store, with indexes and after compression"
        yield Figure("store_table_bytes", "gauge", text, ("table",), sizes)
        chunks = {}
        for table in tables:
            chunks[table.name, "yes"] = table.compressed
            chunks[table.name, "no"] = table.chunks - table.compressed
        text = "Chunks of a table, or partitions, compressed or not"
        yield Figure("store_chunks", "gauge", text, ("table", "compressed"), chunks)

        yield from self._compression_figures()

    def _compression_figures(self):
        """Chunks that are compressed, and files of readings that have left."""
        packed = {}
        for table in self.env["iot.store"]._compressed():
            packed[table.name, "before"] = table.before
            packed[table.name, "after"] = table.after
        text = "Compressed chunks of a table, before and after"
        labels = ("table", "when")
        yield Figure("store_compressed_bytes", "gauge", text, labels, packed)
        files = self.env["iot.archive"]._read_group(
            [], ["table_name"], ["size:sum", "rows:sum"]
        )
        text = "Archive files of a table"
        sizes = {(table,): size for table, size, _rows in files}
        yield Figure("archive_bytes", "gauge", text, ("table",), sizes)
        text = "Readings in archive files of a table"
        rows = {(table,): count for table, _size, count in files}
        yield Figure("archive_readings", "gauge", text, ("table",), rows)

    def _job_figures(self):
        names = self.env["ir.model.data"].search(
            [("module", "=like", "smartdairy_iot%"), ("model", "=", "ir.cron")]
        )
        jobs = self.env["ir.cron"].browse(names.mapped("res_id")).exists()
        name_of = {row.res_id: (row.name.removeprefix("ir_cron_"),) for row in names}
        jobs = jobs.filtered("active")
        yield Figure(
            "job_last_run_timestamp_seconds",
            "gauge",
            "When a scheduled action ran last",
            ("job",),
            {name_of[j.id]: _seconds(j.lastcall) for j in jobs if j.lastcall},
        )
        yield Figure(
            "job_failures",
            "gauge",
            "How often it has failed in a row",
            ("job",),
            {name_of[job.id]: job.failure_count for job in jobs},
        )


def _seconds(moment):
    """Odoo's naive UTC datetime → seconds since 1970."""
    return moment.replace(tzinfo=timezone.utc).timestamp()


_LATENCIES = """
SELECT percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
           ORDER BY extract(epoch FROM create_date - started_at)),
       percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (
           ORDER BY extract(epoch FROM acknowledged_at - create_date))
           FILTER (WHERE acknowledged_at IS NOT NULL)
  FROM iot_alert
 WHERE create_date > %s AND NOT is_historic
"""
