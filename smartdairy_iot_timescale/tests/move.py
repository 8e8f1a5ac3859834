"""What the tests of the move have in common."""

import uuid
from datetime import datetime, timedelta, timezone

from hypothesis import strategies as st
from psycopg2.extras import Json

from odoo.tests import TransactionCase
from odoo.tools import SQL

from odoo.addons.smartdairy_iot.models.iot_store_partition import TABLES
from odoo.addons.smartdairy_iot.models.iot_store_partition import (
    IotStore as BaseStore,
)
from odoo.addons.smartdairy_iot.rollup import ROLLUPS

# A month that no other test has anything in.
START = datetime(2019, 5, 1, tzinfo=timezone.utc)
_MONTH = (2019, 5)

_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=9)
# (table, seconds after START, value, text, is it in TimescaleDB as well)
rows = st.lists(
    st.tuples(
        st.sampled_from(TABLES),
        st.integers(0, 31 * 86400 - 1),
        st.floats(-100, 100, width=32),
        _text,
        st.booleans(),
    ),
    max_size=12,
    unique_by=lambda row: row[:2],
)


class MoveCase(TransactionCase):
    """The rows of Odoo's database are rolled back with the test; the others stay, so
    each test has a device of its own."""

    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]
        self.moves = self.env["iot.store.move"]
        self.device_ids = []
        self.new_device()
        cron = type(self.env["ir.cron"])
        self.patch(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0)
        self.addCleanup(self.forget)

    def new_device(self):
        self.device_id = f"MV-{uuid.uuid4().hex[:12]}"
        self.device_ids.append(self.device_id)

    def forget(self):
        with self.store._cursor() as cr:
            rollups = [self.store._moved_to(rollup) for rollup in ROLLUPS]
            for table in [*TABLES, *rollups]:
                cr.execute(
                    SQL(
                        "DELETE FROM %s WHERE device_id = ANY(%s)",
                        SQL.identifier(table),
                        self.device_ids,
                    )
                )
            for table in TABLES:  # the empty chunks
                cr.execute(
                    "SELECT drop_chunks(%s::regclass, newer_than => %s,"
                    " older_than => %s)",
                    [table, START - timedelta(days=9), START + timedelta(days=40)],
                )
            cr.execute("DELETE FROM retention_horizon")
            cr.execute("DELETE FROM redelivery_marks WHERE session = 'move-test'")

    # Rows -----------------------------------------------------------------------------

    def row(self, table, seconds, value=3.5, text="", **changes):
        time = START + timedelta(seconds=seconds)
        columns = {
            "time": time,
            "device_id": self.device_id,
            **_OWN[table](value, text),
        }
        if "quality" in columns:
            columns |= {"received_at": time, "is_alarm": value > 50}
        return {**columns, **changes}

    def put(self, cr, table, row):
        cr.execute(
            SQL(
                "INSERT INTO %s (%s) VALUES %s",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, row)),
                tuple(row.values()),
            )
        )

    def put_here(self, table, *args, **changes):
        """Into Odoo's database."""
        BaseStore._make_partitions(self.store, self.env.cr, table, [_MONTH])
        self.put(self.env.cr, table, self.row(table, *args, **changes))

    def put_there(self, table, *args, **changes):
        """Into the time-series database."""
        with self.store._cursor() as cr:
            self.put(cr, table, self.row(table, *args, **changes))

    def here(self, table):
        return self._rows(self.env.cr, table)

    def there(self, table):
        with self.store._cursor() as cr:
            return self._rows(cr, table)

    def _rows(self, cr, table):
        """Of this test's device, as sorted texts."""
        cr.execute(
            SQL(
                "SELECT to_jsonb(readings)::text FROM %s AS readings"
                " WHERE device_id = %s",
                SQL.identifier(table),
                self.device_id,
            )
        )
        return sorted(text for (text,) in cr.fetchall())

    def has_partition(self, table):
        self.env.cr.execute(SQL("SELECT to_regclass(%s)", f"{table}_2019_05"))
        return bool(self.env.cr.fetchone()[0])

    def found(self, **vals):
        """The records of this month."""
        wanted = {"date_from": START.replace(tzinfo=None), "is_rollup": False, **vals}
        return self.moves.search([(name, "=", value) for name, value in wanted.items()])


_OWN = {
    "temperature_readings": lambda value, text: {
        "temperature_celsius": value,
        "location_id": int(value),
        "quality": 100,
        "metadata": Json({"note": text}),
    },
    "milk_meter_readings": lambda value, text: {
        "message_type": "reading",
        "session_id": text,
        "volume_liters": value,
        "quality": 100,
        "alarm_type": text,
    },
    "sensor_readings": lambda value, text: {
        "device_type": "ph_sensor",
        "reading_type": "ph",
        "value": value,
        "unit": text,
        "quality": 100,
    },
    "device_status": lambda value, text: {
        "is_online": value > 0,
        "firmware_version": text,
        "ip_address": "10.0.0.1",
    },
    "alert_history": lambda value, text: {
        "alert_id": text,
        "alert_type": "high_temperature",
        "severity": "low",
        "message": text,
        "trigger_value": value,
        "state": "new",
    },
}
