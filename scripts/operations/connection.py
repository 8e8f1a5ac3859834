"""A database server, asked through psql: passwords are on no command line."""

import os
import re
import subprocess
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

from stack.console import StackError

_VARIABLES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "connect_timeout": "PGCONNECT_TIMEOUT",
}
# a keyword and its value, as libpq reads them: in quotes or up to a space, \ before any
_WORD = re.compile(
    r"\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)(?:[^\s\\]|\\.)*|$))",
    re.DOTALL,
)
# every table of the public schema, counted: relname|rows
COUNT = """
SELECT c.relname, (xpath('/row/n/text()', query_to_xml(
         format('SELECT count(*) AS n FROM %I.%I', n.nspname, c.relname),
         false, true, '')))[1]::text
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
 ORDER BY 1
"""


def parse(dsn: str) -> dict[str, str]:
    """Return the keywords of a connection string, in either of its forms.

    :raise StackError: it is none, or has a keyword that we cannot hand on
    """
    try:
        found = _parse_address(dsn) if "://" in dsn else _parse_keywords(dsn)
    except ValueError:
        raise StackError(
            "not a connection string of PostgreSQL",
            remedy="host=… port=… dbname=… user=… password=…, or postgresql://…",
        ) from None
    if unknown := found.keys() - _VARIABLES.keys():
        raise StackError(f"connection string: {', '.join(sorted(unknown))} not known")
    if not found.get("dbname"):
        raise StackError("connection string: dbname is missing")
    return found


def _parse_keywords(dsn: str) -> dict[str, str]:
    found, rest = {}, dsn.strip()
    while rest:
        word = _WORD.match(rest)
        if not word:
            raise ValueError(dsn)
        key, quoted, plain = word.groups()
        found[key] = re.sub(r"\\(.)", r"\1", quoted or plain or "", flags=re.DOTALL)
        rest = rest[word.end() :].lstrip()
    return found


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _parse_address(dsn: str) -> dict[str, str]:
    parts = urllib.parse.urlsplit(dsn)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(dsn)
    found = {
        "host": parts.hostname,
        "port": str(parts.port or ""),
        "user": parts.username,
        "password": parts.password,
        "dbname": parts.path.lstrip("/"),
    }
    found |= dict(urllib.parse.parse_qsl(parts.query))
    return {key: urllib.parse.unquote(text) for key, text in found.items() if text}


def program(name: str) -> str:
    """Return the path of one of PostgreSQL's programs."""
    folder = os.environ.get("PG_BIN", "")
    return str(Path(folder) / name) if folder else name


@dataclass(frozen=True)
class Database:
    """One database, by its connection string."""

    dsn: str
    _keywords: dict = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "_keywords", parse(self.dsn))

    @property
    def name(self) -> str:
        return self._keywords["dbname"]

    def named(self, name: str) -> "Database":
        """Return another database of the same server."""
        words = {**self._keywords, "dbname": name}
        quoted = (f"{key}={_quote(text)}" for key, text in words.items())
        return Database(" ".join(quoted))

    def environment(self) -> dict[str, str]:
        """Return the environment that leads libpq there."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        given = {_VARIABLES[key]: text for key, text in self._keywords.items()}
        return {"PGCONNECT_TIMEOUT": "10", "LC_ALL": "C.UTF-8", **kept, **given}

    def ask(self, statement: str, snapshot: str = "", **values: str) -> list[list[str]]:
        """Run SQL; return its rows as texts.

        :param snapshot: the name of an exported one, in which to look
        :param values: what ``:'name'`` stands for, a text, or ``:"name"``, a name
        """
        if snapshot:
            values["snapshot"] = snapshot
            statement = (
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                f"SET TRANSACTION SNAPSHOT :'snapshot'; {statement.rstrip()}; COMMIT"
            )
        command = [program("psql"), "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1"]
        for name, value in values.items():
            command += ["-v", f"{name}={value}"]
        done = run([*command, "-f", "-"], self, input=statement, text=True)
        return [line.split("\t") for line in done.splitlines()]

    def count(self, snapshot: str = "") -> dict[str, int]:
        """Return how many rows each table of its own has."""
        rows = self.ask(COUNT, snapshot)
        return {table: int(number) for table, number in rows}


def run(command: list, database: Database, **options) -> str:
    """Run one of PostgreSQL's programs; a failure is one line.

    :return: what it printed
    """
    try:
        done = subprocess.run(
            [str(word) for word in command],
            env=database.environment(),
            capture_output=True,
            **options,
        )
    except FileNotFoundError:
        raise StackError(
            f"no program {command[0]}",
            remedy="apt-get install postgresql-client, or set PG_BIN to its folder",
        ) from None
    if done.returncode:
        said = done.stderr if isinstance(done.stderr, str) else done.stderr.decode()
        lines = [line for line in said.splitlines() if "error" in line.lower()]
        said = (lines or said.splitlines() or [f"exit code {done.returncode}"])[0]
        raise StackError(f"{Path(command[0]).name}, {database.name}: {said[:300]}")
    return done.stdout if isinstance(done.stdout, str) else done.stdout.decode()


class Snapshot:
    """One moment of a database, for as long as the block lasts."""

    def __init__(self, database: Database):
        self.database = database
        self.name = ""

    def __enter__(self):
        self._psql = subprocess.Popen(
            [program("psql"), "-XqAt", "-v", "ON_ERROR_STOP=1"],
            env=self.database.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._psql.stdin.write(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
            "SELECT pg_export_snapshot();\n"
        )
        self._psql.stdin.flush()
        self.name = self._psql.stdout.readline().strip()
        if not self.name:
            said = self._psql.communicate()[1].strip().splitlines()
            raise StackError(
                f"database {self.database.name}: {(said or ['no answer'])[0]}"
            )
        return self

    def __exit__(self, *_error):
        self._psql.communicate()  # end of input: rolls back
