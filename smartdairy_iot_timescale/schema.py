"""Numbered, forward-only migrations of the time-series database.

A released file in ``sql/`` is never edited: a change is a new file with the next
number. Each runs in a transaction of its own together with its row in
``schema_version``, so a migration that was cut off half-way simply runs again.

``0005_compression.timescale.sql`` is for that edition alone. It waits where the server
has the other one, and runs at the next upgrade of the add-on after the server's.
"""

import logging
import re
from pathlib import Path

_logger = logging.getLogger(__name__)

_FOLDER = Path(__file__).parent / "sql"
_NAME = re.compile(r"(\d{4})_\w+(?:\.(apache|timescale))?\.sql")


def migrations(edition, folder=_FOLDER):
    """``[(number, path)]`` in order; the numbers are 1, 2, 3 … without a gap."""
    found = sorted(
        (int(match[1]), path, match[2])
        for path in folder.iterdir()
        if (match := _NAME.fullmatch(path.name))
    )
    numbers = [number for number, _path, _only in found]
    if numbers != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations in {folder} are numbered {numbers}")
    return [(number, path) for number, path, only in found if only in (None, edition)]


def edition_of(cursor):
    """``apache`` or ``timescale`` (Community)."""
    with cursor() as cr:
        cr.execute("SHOW timescaledb.license")
        return cr.fetchone()[0]


def migrate(cursor):
    """Bring the schema up to date, for the edition that the server has.

    :param cursor: makes a context manager of a cursor that commits at its end
    :return: the numbers that were run
    """
    with cursor() as cr:
        # Raw SQL, here and in the files: another database than Odoo's.
        cr.execute(
            "CREATE TABLE IF NOT EXISTS schema_version ("
            " number integer PRIMARY KEY, name text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
    done = []
    for number, path in migrations(edition_of(cursor)):
        with cursor() as cr:
            # Two servers may be installing: the second waits and finds it done.
            cr.execute("LOCK TABLE schema_version IN EXCLUSIVE MODE")
            cr.execute("SELECT 1 FROM schema_version WHERE number = %s", [number])
            if cr.rowcount:
                continue
            cr.execute(path.read_text())
            cr.execute(
                "INSERT INTO schema_version (number, name) VALUES (%s, %s)",
                [number, path.name],
            )
        _logger.info("Time-series database: applied %s", path.name)
        done.append(number)
    return done
