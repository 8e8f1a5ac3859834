"""What can be wrong with the time-series database: one line, with its remedy."""

from odoo.tools import SQL, LazyTranslate

# In the language of whoever looks at a screen; in English in the log.
_lt = LazyTranslate(__name__, default_lang="en_US")

# The specification's. 2.11 is the first that takes a late or repeated reading in a
# compressed chunk, 2.12 has the functions of continuous aggregates where we look.
MINIMUM = (2, 13)
_TABLE = "temperature_readings"  # stands for all: they were made together


def no_dsn():
    return _lt(
        "The time-series database is not known: set timescale_dsn in the section "
        "[smartdairy_iot] of odoo.conf, or SMARTDAIRY_IOT_TIMESCALE_DSN in the "
        "environment, and restart Odoo."
    )


def bad_dsn(key):  # the driver's words would quote a part of it, such as a password
    return _lt(
        "%(key)s in odoo.conf is no connection string: write it as host=… port=… "
        "dbname=… user=… password=…, and what has a space in it in quotes.",
        key=key,
    )


def explain(error, info, where):
    """Why there is no connection.

    :param info: the connection's keywords
    :param where: the same for people, without password
    """
    # libpq names the server once more: connection to server at … failed: FATAL:  …
    text = _one_line(error).rpartition(" failed: ")[2].removeprefix("FATAL:").strip()
    database, user = info.get("dbname", ""), info.get("user", "")
    if "password authentication failed" in text or "no password supplied" in text:
        remedy = _lt("correct user and password of timescale_dsn in odoo.conf")
    elif f'database "{database}" does not exist' in text:
        remedy = _lt(
            "as its superuser, run: CREATE DATABASE %(database)s OWNER %(user)s; and "
            "in it: CREATE EXTENSION timescaledb; or correct timescale_dsn in "
            "odoo.conf",
            database=_name(database),
            user=_name(user),
        )
    elif "permission denied for database" in text:
        remedy = _lt(
            "as its owner, run: GRANT CONNECT ON DATABASE %(database)s TO %(user)s;",
            database=_name(database),
            user=_name(user),
        )
    elif (error.pgcode or "").startswith("53"):  # insufficient resources
        remedy = _lt("give it more space, memory or connections")
    else:
        remedy = _lt("start it, or correct timescale_dsn in odoo.conf")
    return _lt(
        "The time-series database (%(dsn)s) cannot be reached: %(error)s. To do: "
        "%(remedy)s",
        dsn=where,
        error=text,
        remedy=remedy,
    )


def inspect(cr, where, is_migrated):
    """What is wrong with a database that answers; empty when nothing is.

    :param is_migrated: whether its tables must be there
    """
    # Raw SQL: catalogues of another database than Odoo's.
    cr.execute("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'")
    if not cr.rowcount:
        return _lt(
            "The time-series database (%(dsn)s) has no TimescaleDB. As its superuser, "
            "run: CREATE EXTENSION timescaledb;",
            dsn=where,
        )
    version = cr.fetchone()[0]
    if tuple(map(int, version.split("-")[0].split(".")[:2])) < MINIMUM:
        return _lt(
            "The time-series database (%(dsn)s) has TimescaleDB %(version)s, and "
            "%(minimum)s is needed. Update it, then run: ALTER EXTENSION timescaledb "
            "UPDATE;",
            dsn=where,
            version=version,
            minimum=".".join(map(str, MINIMUM)),
        )
    return _missing_privilege(cr, where) or _missing_tables(cr, where, is_migrated)


def _missing_privilege(cr, where):
    cr.execute(SQL(_PRIVILEGES, _TABLE))
    user, schema, may_create, owner, owns = cr.fetchone()
    if owner and not owns:
        return _lt(
            "The tables of the time-series database (%(dsn)s) belong to %(owner)s: set "
            "user=%(owner)s in timescale_dsn, or as superuser, run: "
            "GRANT %(owner_name)s TO %(user)s;",
            dsn=where,
            owner=owner,
            owner_name=_name(owner),
            user=_name(user),
        )
    if may_create:
        return ""
    return _lt(
        "The role %(role)s may not create tables in the time-series database "
        "(%(dsn)s). As its owner, run: GRANT USAGE, CREATE ON SCHEMA %(schema)s TO "
        "%(user)s;",
        role=user,
        dsn=where,
        schema=_name(schema or "public"),
        user=_name(user),
    )


def _missing_tables(cr, where, is_migrated):
    cr.execute(SQL("SELECT to_regclass(%s)", _TABLE))
    if cr.fetchone()[0] or not is_migrated:
        return ""
    return _lt(
        "The time-series database (%(dsn)s) has no tables of this add-on: correct "
        "timescale_dsn in odoo.conf, or upgrade the add-on: odoo -u "
        "smartdairy_iot_timescale",
        dsn=where,
    )


def _name(name):
    """An SQL identifier, to be copied."""
    return '"{}"'.format(name.replace('"', '""'))


def _one_line(error):
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


_PRIVILEGES = """
SELECT current_user, current_schema(),
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), FALSE),
       pg_get_userbyid(relowner),
       pg_has_role(current_user, relowner, 'USAGE')
  FROM (SELECT to_regclass(%s) AS oid) AS wanted LEFT JOIN pg_class USING (oid)
"""
