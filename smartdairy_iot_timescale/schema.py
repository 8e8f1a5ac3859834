"""Numbered, forward-only migrations of the time-series database.

A released file in ``sql/`` is never edited: a change is a new file with the next
number. Each runs in a transaction of its own together with its row in
``schema_version``, so a migration that was cut off half-way simply runs again.
"""

import logging
import re
from pathlib import Path

_logger = logging.getLogger(__name__)

_FOLDER = Path(__file__).parent / "sql"
_NAME = re.compile(r"(\d{4})_\w+\.sql")


def migrations(folder=_FOLDER):
    """``[(number, path)]`` in order; the numbers are 1, 2, 3 … without a gap."""
    found = sorted(
        (int(match[1]), path)
        for path in folder.iterdir()
        if (match := _NAME.fullmatch(path.name))
    )
    numbers = [number for number, _path in found]
    if numbers != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations in {folder} are numbered {numbers}")
    return found


def migrate(cursor):
    """Bring the schema up to date.

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
    for number, path in migrations():
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
