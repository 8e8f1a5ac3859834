"""Rows from one database into another, and whether they are the same on both sides."""

from odoo.tools import SQL

from odoo.addons.smartdairy_iot.archive.summary import Hash, Summary
from odoo.addons.smartdairy_iot.models.iot_store_retention import (
    KEYS,
    in_order,
    write_plainly,
)

STAGED = SQL.identifier("staged_move")


class DifferentError(Exception):
    """What was moved is not what was there; the text says what differs."""


def keys_of(table):
    return KEYS[table]


def names_of(columns):
    return SQL(", ").join(map(SQL.identifier, columns))


def columns_of(cr, table):
    # Raw SQL, here and below: tables of the store are no models.
    cr.execute(SQL(_COLUMNS, table))
    return [name for (name,) in cr.fetchall()]


def copy_out(cr, source, columns, order, file=None, where=None):
    """Rows in a canonical form and order, the same in every database.

    :param source: SQL of what is read; it is called ``moved``
    :param file: binary, where they are written; None to have the checksum only
    :return: :class:`Summary`
    """
    write_plainly(cr)
    query = SQL(
        "SELECT %s FROM %s WHERE %s ORDER BY %s",
        SQL(", ").join(SQL.identifier("moved", name) for name in columns),
        source,
        where or SQL("TRUE"),
        in_order(order, "moved"),
    )
    content = Hash(file)
    cr.copy_expert(f"COPY ({cr.mogrify(query).decode()}) TO STDOUT", content)
    return Summary(cr.rowcount, content.hexdigest())


def stage(cr, table, columns, file):
    """Into a temporary table of this connection, shaped as ``table``."""
    names = names_of(columns)
    # A connection that was cut off in its work comes back from the pool with it.
    cr.execute(SQL("DROP TABLE IF EXISTS %s", STAGED))
    cr.execute(
        SQL(
            "CREATE TEMPORARY TABLE %s AS SELECT %s FROM %s WITH NO DATA",
            STAGED,
            names,
            SQL.identifier(table),
        )
    )
    file.seek(0)
    target = cr.mogrify(SQL("%s (%s)", STAGED, names)).decode()
    cr.copy_expert(f"COPY {target} FROM STDIN", file)
    cr.execute(SQL("ANALYZE %s", STAGED))


def insert_staged(cr, table, columns):
    """What the table has is absorbed by its unique key, if it has one."""
    names = names_of(columns)
    cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s ON CONFLICT DO NOTHING",
            SQL.identifier(table),
            names,
            names,
            STAGED,
        )
    )


def sum_up_staged(cr, columns, order):
    return copy_out(cr, SQL("%s AS moved", STAGED), columns, order)


def sum_up_stored(cr, table, columns):
    """Of exactly the staged keys: more may have come of that time meanwhile."""
    joined = SQL(
        "%s AS staged JOIN %s AS moved ON %s",
        STAGED,
        SQL.identifier(table),
        same_key(table, "moved"),
    )
    return copy_out(cr, joined, columns, keys_of(table))


def same_key(table, stored):
    return SQL(" AND ").join(
        SQL("%s = %s", SQL.identifier("staged", name), SQL.identifier(stored, name))
        for name in keys_of(table)
    )


def differences(cr, table, columns):
    """``(missing rows, rows with other values, key of one of them)``"""
    # What was delivered to both sides differs by when it was received: that is no
    # other reading.
    told = [name for name in columns if name != "received_at"]
    cr.execute(
        SQL(
            _DIFFERENCES,
            staged=STAGED,
            table=SQL.identifier(table),
            same_key=same_key(table, "stored"),
            here=_row("staged", told),
            there=_row("stored", told),
            key=_row("staged", keys_of(table)),
        )
    )
    return cr.fetchone()


def _row(alias, columns):
    names = (SQL.identifier(alias, name) for name in columns)
    return SQL("ROW(%s)", SQL(", ").join(names))


_COLUMNS = """
SELECT attname FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_DIFFERENCES = """
SELECT count(*) FILTER (WHERE stored.time IS NULL),
       count(*) FILTER (WHERE stored.time IS NOT NULL),
       min(%(key)s::text)
  FROM %(staged)s AS staged LEFT JOIN %(table)s AS stored ON %(same_key)s
 WHERE stored.time IS NULL OR %(here)s IS DISTINCT FROM %(there)s
"""
