from datetime import datetime, timezone

from odoo import api, models
from odoo.tools import SQL

from ..errors import another_time

TABLES = (
    "temperature_readings",
    "milk_meter_readings",
    "sensor_readings",
    "device_status",
    "alert_history",
)
_MONTHS_AHEAD = 2


class IotStore(models.AbstractModel):
    """One partition a month, made ahead, or when a backfill needs an old one."""

    _inherit = "iot.store"

    def _make_room(self, cr, table, rows):
        """Make place for ``rows``; a backfill may need old months.

        :param rows: anything with ``time`` or ``received_at``
        """
        self._make_partitions(cr, table, {_month_of(row) for row in rows})

    @api.model
    @another_time
    def _cron_make_room_ahead(self):
        """So that no batch at midnight waits for a lock on the whole table."""
        now = _month(datetime.now(timezone.utc))
        months = [_later(now, ahead) for ahead in range(_MONTHS_AHEAD + 1)]
        with self._cursor() as cr:
            for table in TABLES:
                self._make_partitions(cr, table, months)

    def _make_partitions(self, cr, table, months):
        """:param months: ``(year, month)``, in UTC"""
        for year, month in months:
            name = f"{table}_{year:04}_{month:02}"
            cr.execute(SQL("SELECT to_regclass(%s)", name))
            if cr.fetchone()[0]:
                continue
            following = _later((year, month), 1)
            # Raw SQL: the ORM has no partitions. IF NOT EXISTS: N listeners.
            cr.execute(
                SQL(
                    "CREATE TABLE IF NOT EXISTS %s PARTITION OF %s"
                    " FOR VALUES FROM (%s) TO (%s)",
                    SQL.identifier(name),
                    SQL.identifier(table),
                    f"{year:04}-{month:02}-01 00:00:00+00",
                    f"{following[0]:04}-{following[1]:02}-01 00:00:00+00",
                )
            )


def _month_of(row):
    return _month(getattr(row, "time", None) or row.received_at)


def _month(time):
    time = time.astimezone(timezone.utc)
    return time.year, time.month


def _later(month, ahead):
    """``(year, month)`` so many months later."""
    count = month[0] * 12 + month[1] - 1 + ahead
    return count // 12, count % 12 + 1
