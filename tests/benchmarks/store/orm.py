"""What the web client and the mobile API ask, through the ORM, as a manager."""

READINGS = "iot.sensor.reading"
PAGE, COUNTED = 80, 10_001  # rows that the web client shows, and counts at most
_SPECIFICATION = {
    "device_id": {"fields": {"display_name": {}}},
    "timestamp": {},
    "reading_type": {},
    "value": {},
    "unit": {},
}


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
        found = readings.web_search_read(
            [], _SPECIFICATION, limit=PAGE, count_limit=COUNTED
        )
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
