from tempfile import TemporaryFile

from odoo import models
from odoo.tools import SQL

from odoo.addons.smartdairy_iot.models.iot_store_rollup import BUCKET
from odoo.addons.smartdairy_iot.rollup import ROLLUPS

from .. import transfer


class IotStore(models.AbstractModel):
    """Rollups of readings that were dropped long ago: nothing can make them again.

    All others are made of the readings, when these have been moved.
    """

    _inherit = "iot.store"

    def _rollups_left(self, known=()):
        """``[(rollup, start, end, rows)]``: those of Odoo's database that are older
        than its readings. Others are forgotten.

        :param known: names of those that need not be looked at
        """
        found = []
        for rollup in ROLLUPS:
            if rollup.name in known:
                continue
            # Raw SQL, here and below: tables of the store are no models.
            self.env.cr.execute(
                SQL(
                    _LEFT,
                    rollup=SQL.identifier(rollup.name),
                    readings=SQL.identifier(rollup.table),
                    table=rollup.table,
                    bucket=SQL(BUCKET),
                )
            )
            start, end, rows = self.env.cr.fetchone()
            if rows:
                found.append((rollup, start, end, rows))
            else:
                self._forget_rollup(rollup)
        return found

    def _carry_horizons(self):
        """Before these, a rollup is not to be made of what is left."""
        self.env.cr.execute("SELECT table_name, dropped_before FROM retention_horizon")
        # They are left here: if the add-on goes again, they hold here as well.
        if horizons := self.env.cr.fetchall():
            with self._cursor() as cr:
                rows = SQL(", ").join(SQL("%s", horizon) for horizon in horizons)
                cr.execute(SQL(_RAISE_HORIZONS, rows))

    def _transfer_rollup(self, rollup, end):
        """Copy and compare the quarters before ``end``, aware.

        Where both sides have one of a device, that which was made of more readings
        stays: the other was made of what came late.

        :return: how many rows that were
        :raise DifferentError: they are not the same on both sides
        """
        columns, order = rollup.columns, rollup.columns[: 2 + len(rollup.keys)]
        names = {
            "rollup": SQL.identifier(rollup.name),
            "target": SQL.identifier(self._moved_to(rollup)),
            "staged": transfer.STAGED,
        }
        left = SQL("%s AS moved", names["rollup"])
        older = SQL("bucket < %s", end)
        with TemporaryFile() as file, self._cursor() as cr:
            here = transfer.copy_out(self.env.cr, left, columns, order, file, older)
            # Not while quarters are computed.
            cr.execute("LOCK TABLE retention_horizon IN SHARE UPDATE EXCLUSIVE MODE")
            transfer.stage(cr, rollup.name, columns, file)
            arrived = transfer.sum_up_staged(cr, columns, order)
            cr.execute(SQL(_FORGET_OUTDONE, **names))
            cr.execute(SQL(_FORGET_REPLACED, **names))
            transfer.insert_staged(cr, self._moved_to(rollup), columns)
            # What is compared is what would be there after a crash. This is not Odoo's
            # transaction.
            cr.commit()  # pylint: disable=invalid-commit
            staged = transfer.sum_up_staged(cr, columns, order)
            stored = transfer.copy_out(cr, SQL(_REPLACED, **names), columns, order)
            cr.execute(SQL("DROP TABLE %s", transfer.STAGED))
        if arrived != here or stored != staged:
            raise transfer.DifferentError(
                self.env._("They are not the same in the time-series database.")
            )
        return here.rows

    def _forget_rollup(self, rollup):
        """In Odoo's database: what was not moved is made again of the readings."""
        self.env.cr.execute(SQL("DELETE FROM %s", SQL.identifier(rollup.name)))
        self.env.cr.execute(
            SQL("DELETE FROM rollup_dirty WHERE table_name = %s", rollup.table)
        )


_LEFT = """
SELECT min(bucket), max(bucket) + interval '15 minutes', count(*) FROM %(rollup)s
 WHERE bucket < greatest(
       (SELECT dropped_before FROM retention_horizon WHERE table_name = %(table)s),
       coalesce((SELECT min(%(bucket)s) FROM %(readings)s), 'infinity'))
"""
_RAISE_HORIZONS = """
INSERT INTO retention_horizon AS known (table_name, dropped_before) VALUES %s
    ON CONFLICT (table_name) DO UPDATE
   SET dropped_before = greatest(known.dropped_before, EXCLUDED.dropped_before)
"""
_FORGET_OUTDONE = """
DELETE FROM %(staged)s WHERE (bucket, device_id) IN (
SELECT bucket, device_id
  FROM (SELECT bucket, device_id, sum(reading_count + fault_count) AS readings
          FROM %(staged)s GROUP BY 1, 2) AS staged
  JOIN (SELECT bucket, device_id, sum(reading_count + fault_count) AS readings
          FROM %(rollup)s
         WHERE (bucket, device_id) IN (SELECT bucket, device_id FROM %(staged)s)
         GROUP BY 1, 2) AS known USING (bucket, device_id)
 WHERE known.readings > staged.readings)
"""
_FORGET_REPLACED = """
DELETE FROM %(target)s
 WHERE (bucket, device_id) IN (SELECT bucket, device_id FROM %(staged)s)
"""
_REPLACED = """
(SELECT * FROM %(rollup)s
  WHERE (bucket, device_id) IN (SELECT bucket, device_id FROM %(staged)s)) AS moved
"""
