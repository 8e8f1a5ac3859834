"""What the web client and the mobile API ask, through the ORM, as a manager."""

from psycopg2.extensions import parse_dsn

from odoo.tools import SQL

from odoo.addons.smartdairy_iot.settings import get_settings

READINGS = "iot.sensor.reading"
PAGE = 80
_SPECIFICATION = {
    "device_id": {"fields": {"display_name": {}}},
    "timestamp": {},
    "reading_type": {},
    "value": {},
    "unit": {},
}
_SERVERS = """
SELECT srvname, srvoptions FROM pg_foreign_server AS server
  JOIN pg_foreign_data_wrapper AS wrapper ON wrapper.oid = srvfdw
 WHERE fdwname = 'postgres_fdw' AND pg_has_role(srvowner, 'USAGE')
"""
_MAPPING = "SELECT umoptions FROM pg_user_mappings WHERE srvname = %s"


def of_board(env):
    """``(name, what, call)``; nothing stays in the ORM's cache from call to call."""

    def fresh(method):
        def call(number):
            env.invalidate_all()
            return method()

        return call

    farms = env["farm.farm"]
    summary, board = farms._get_dashboard_summary, farms.get_live_board
    yield "summary", "dashboard summary of 500 devices", fresh(summary)
    yield "board", "live board of 500 devices", fresh(board)


def of_readings(env):
    """``(name, what, call, calls)``"""
    readings = env[READINGS]

    def page(number):
        env.invalidate_all()
        found = readings.web_search_read([], _SPECIFICATION, limit=PAGE)
        if len(found["records"]) != PAGE:
            raise SystemExit(f"the list has {len(found['records'])} rows, not {PAGE}")

    def by_day(number):
        env.invalidate_all()
        if not readings.formatted_read_group([], ["timestamp:day"], ["value:avg"]):
            raise SystemExit("the pivot by day is empty")

    yield "list", "list of readings, 80 rows", page, 40
    yield "pivot", "readings by day, average", by_day, 5


def has_readings(env):
    """Whether this version has the ORM's face of the readings."""
    return READINGS in env


def look_at_store(env):
    """Foreign tables show the benchmark's database until the transaction ends."""
    cr, info = env.cr, parse_dsn(get_settings().timescale_dsn)
    where = {key: info[key] for key in ("host", "port", "dbname") if key in info}
    who = {key: info[key] for key in ("user", "password") if key in info}
    cr.execute(_SERVERS)
    for name, known in cr.fetchall():
        server = SQL.identifier(name)
        options = _options(known, where)
        cr.execute(SQL("ALTER SERVER %s OPTIONS (%s)", server, options))
        cr.execute(_MAPPING, [name])
        if mapping := cr.fetchone():
            options = _options(mapping[0], who)
            cr.execute(
                SQL(
                    "ALTER USER MAPPING FOR CURRENT_USER SERVER %s OPTIONS (%s)",
                    server,
                    options,
                )
            )


def _options(known, wanted):
    names = {option.partition("=")[0] for option in known or ()}
    return SQL(", ").join(
        SQL(
            "%s %s %s",
            SQL("SET" if key in names else "ADD"),
            SQL.identifier(key),
            str(value),
        )
        for key, value in wanted.items()
    )
