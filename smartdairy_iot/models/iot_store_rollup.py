from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL, file_open

from ..errors import another_time
from ..rollup import ROLLUP_OF_TABLE, ROLLUPS, touched

QUARTER = timedelta(minutes=15)
BUCKET = "date_bin('15 minutes', time, TIMESTAMPTZ '2000-01-01 00:00+00')"
_SLICE = 10_000  # marks worked off in one transaction


class IotStore(models.AbstractModel):
    """Rollups kept up incrementally: only the quarters that got readings, however late.

    Whoever stores readings marks their quarters in the same transaction; a scheduled
    action computes these anew from the readings. So the order of arrival, duplicates
    and backfills make no difference.
    """

    _inherit = "iot.store"

    @api.model
    def _edition(self):
        """``base``, or TimescaleDB's: ``apache`` or ``timescale`` (Community)."""
        return "base"

    @api.model
    def _create_rollups(self):
        """Tables and the specification's views over them; idempotent."""
        with self._cursor() as cr:
            for rollup in ROLLUPS:
                if not self._has_relation(cr, rollup.name):
                    self._create_rollup(cr, rollup)
                self._index_rollup(cr, rollup)
            with file_open("smartdairy_iot/data/rollup_views.sql") as sql:
                cr.execute(sql.read())

    @staticmethod
    def _has_relation(cr, name):
        cr.execute(SQL("SELECT to_regclass(%s)", name))
        return bool(cr.fetchone()[0])

    def _create_rollup(self, cr, rollup):
        # Raw SQL: tables of the store are no models. The names are our own.
        name, select = SQL.identifier(rollup.name), SQL(rollup.select(BUCKET))
        cr.execute(SQL("CREATE TABLE %s AS %s WITH NO DATA", name, select))
        cr.execute(SQL("CREATE INDEX ON %s (bucket)", name))
        self._mark_span(cr, rollup.table)  # of readings stored by an earlier version

    def _index_rollup(self, cr, rollup):
        """By device and time, with all that curves are made of.

        The quarters of a device lie far apart, each beside those of all others at that
        time: 90 days would be ten thousand pages.
        """
        # Raw SQL: what TimescaleDB keeps is a view, which has no index.
        is_table = (
            "SELECT 1 FROM pg_class WHERE oid = to_regclass(%s) AND relkind = 'r'"
        )
        cr.execute(SQL(is_table, rollup.name))
        if not cr.rowcount:
            return
        told = SQL(", ").join(map(SQL.identifier, rollup.told))
        cr.execute(
            SQL(
                "CREATE INDEX IF NOT EXISTS %s ON %s (device_id, bucket) %s",
                SQL.identifier(f"{rollup.name}_curves"),
                SQL.identifier(rollup.name),
                SQL("INCLUDE (%s)", told) if rollup.told else SQL(),
            )
        )
        # What an earlier version had instead.
        before = SQL.identifier(f"{rollup.name}_device_id_bucket_idx")
        cr.execute(SQL("DROP INDEX IF EXISTS %s", before))

    # Marks: in the transaction that stores the readings ------------------------------

    def _touch_rollups(self, cr, samples):
        marks = [SQL("%s", mark) for mark in touched(samples)]
        if marks:
            cr.execute(
                SQL(
                    "INSERT INTO rollup_dirty (table_name, bucket, device_ids)"
                    " VALUES %s",
                    SQL(", ").join(marks),
                )
            )

    def _mark_span(self, cr, table, start=None, end=None):
        """Compute the quarters of this span anew, of all that has readings there.

        :param start, end: aware datetimes; None for no bound
        """
        mark_span(cr, table, start, end)

    # Work them off -------------------------------------------------------------------

    @api.model
    @another_time
    def _cron_refresh_rollups(self):
        # No snapshot of before the lock: what was dropped would be made of nothing.
        self.env["ir.cron"]._commit_progress()
        while done := self._refresh_slice():
            left = self._count_marks()
            if not self.env["ir.cron"]._commit_progress(done, remaining=left):
                break

    @api.model
    def _refresh_rollups(self):
        """All that is marked now, in this transaction if the store is in it.

        :return: how many quarters were computed
        """
        quarters = 0
        while done := self._refresh_slice():
            quarters += done
        return quarters

    @api.model
    def _refresh_slice(self):
        """:return: how many marks were worked off, 0 when there are none"""
        with self._cursor() as cr:
            # One at a time, and not while readings are dropped. LOCK comes first: only
            # then does the snapshot see what the one before has done.
            cr.execute("LOCK TABLE retention_horizon IN SHARE UPDATE EXCLUSIVE MODE")
            cr.execute("SELECT table_name, dropped_before FROM retention_horizon")
            horizons = dict(cr.fetchall())
            cr.execute(
                SQL(
                    "SELECT id, table_name, bucket, device_ids FROM rollup_dirty"
                    " ORDER BY table_name, bucket, id LIMIT %s",
                    _SLICE,
                )
            )
            ids, quarters = _merge(cr.fetchall())
            self._recompute_all(cr, quarters, horizons)
            cr.execute(SQL("DELETE FROM rollup_dirty WHERE id = ANY(%s)", ids))
        return len(ids)

    def _recompute_all(self, cr, quarters, horizons):
        """
        :param quarters: ``{(table, quarter): [device id, …] or None for all}``
        :param horizons: ``{table: before when readings were dropped}``
        """
        for (table, bucket), devices in quarters.items():
            horizon = horizons.get(table)
            is_cut = horizon is not None and bucket < horizon
            self._recompute(cr, ROLLUP_OF_TABLE[table], bucket, devices, is_cut)

    def _recompute(self, cr, rollup, bucket, devices, is_cut):
        """One quarter from its readings.

        :param devices: list of device ids, None for all
        :param is_cut: readings of that time were dropped: what was computed of them
            stays, and only what is missing is added
        """
        name = SQL.identifier(rollup.name)
        of_devices = SQL("device_id = ANY(%s)", devices) if devices else SQL("TRUE")
        if not is_cut:
            cr.execute(
                SQL("DELETE FROM %s WHERE bucket = %s AND %s", name, bucket, of_devices)
            )
        select = rollup.select(BUCKET, "time >= %s AND time < %s AND %s")
        cr.execute(
            SQL(
                "INSERT INTO %(name)s SELECT * FROM (%(select)s) AS new"
                " WHERE NOT EXISTS (SELECT FROM %(name)s AS old"
                "  WHERE old.bucket = %(bucket)s AND old.device_id = new.device_id)",
                name=name,
                select=SQL(select, bucket, bucket + QUARTER, of_devices),
                bucket=bucket,
            )
        )

    def _count_marks(self, at_most=None):
        """:param at_most: what is more is not counted: there may be millions"""
        with self._cursor() as cr:
            marks = "SELECT count(*) FROM (SELECT FROM rollup_dirty LIMIT %s) AS marks"
            cr.execute(SQL(marks, at_most))
            return cr.fetchone()[0]


def mark_span(cr, table, start=None, end=None):
    """Mark all quarters of the span that have readings in that database."""
    cr.execute(
        SQL(
            "INSERT INTO rollup_dirty (table_name, bucket)"
            " SELECT DISTINCT %(table)s, %(bucket)s FROM %(readings)s"
            " WHERE time >= coalesce(%(start)s, '-infinity'::timestamptz)"
            "   AND time < coalesce(%(end)s, 'infinity'::timestamptz)",
            table=table,
            bucket=SQL(BUCKET),
            readings=SQL.identifier(table),
            start=start,
            end=end,
        )
    )


def _merge(rows):
    """``ids, {(table, quarter): [device id, …] or None for all}``"""
    ids, quarters = [], {}
    for mark_id, table, bucket, devices in rows:
        ids.append(mark_id)
        known = quarters.setdefault((table, bucket), set())
        if devices is None or known is None:
            quarters[table, bucket] = None
        else:
            known.update(devices)
    return ids, {key: known and sorted(known) for key, known in quarters.items()}
