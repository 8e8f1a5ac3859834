from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..ingest.message import Fault
from ..ingest.rows import QUALITY
from ..readings.source import COLUMNS
from ..rollup import SENSOR, TABLE_OF_TYPE
from ..rules.attention import Alarms
from ..rules.excursion import Run
from ..rules.rule import Rule

_NO_TIME = timedelta(0)
_SIGNS = {"high": 1, "low": -1}


class Ask(NamedTuple):
    """Whose readings a rule wants to know."""

    key: object  # of the answer
    device_id: str
    device_type: str
    rule: Rule
    start: object  # aware datetime of the first reading
    end: object = None  # not part of it, None: no end
    tz: object = None  # of the rule's schedule


class IotStore(models.AbstractModel):
    """What the rules ask the store.

    Raw SQL: tables of the store are no models, and what a rule needs of a thousand
    readings are the few moments at which they turned.
    """

    _inherit = "iot.store"

    @api.model
    def _alarms_since(self, received_since, start=None, end=None):
        """The alarms received since then, summed up per device and reading type.

        :param received_since: aware UTC datetime
        :param start, end: aware; measured then, ``end`` is not part of it
        :return: list of :class:`~..rules.attention.Alarms`
        """
        with self._cursor() as cr:
            cr.execute(_alarms_query(received_since, start, end))
            return [_to_alarms(*row) for row in cr.fetchall()]

    @api.model
    def _runs(self, asks):
        """When the devices were outside, for each level and side of their rules.

        :param asks: list of :class:`Ask`; of kind ``rate``, the value is how far it
            moved within the rule's window
        :return: ``{key: {(index of level, side): [Run, …]}}``, in order of time
        """
        found = {ask.key: {} for ask in asks}
        bounds = {}
        for ask in asks:
            for name, bound in _bounds_of(ask):
                found[ask.key][name] = []
                bounds.setdefault(_source_of(ask), []).append((ask, name, bound))
        with self._cursor() as cr:
            for source, of_source in bounds.items():
                cr.execute(_runs_query(source, of_source))
                for number, is_outside, *run in cr.fetchall():
                    ask, name, _bound = of_source[number]
                    found[ask.key][name].append(Run(bool(is_outside), *run))
        return found


def _alarms_query(since, start, end):
    measured = SQL("TRUE")
    if start:
        measured = SQL("%s AND time >= %s", measured, start)
    if end:
        measured = SQL("%s AND time < %s", measured, end)
    of_tables = [
        SQL(
            _ALARMS_OF_TABLE,
            table=SQL.identifier(table),
            extremes=SQL(", ").join(
                SQL(_EXTREMES, column=SQL.identifier(column))
                for column in columns.values()
            ),
            by_type=SQL(" ").join(
                SQL("WHEN %s THEN %s", reading_type, SQL.identifier(column))
                for reading_type, column in columns.items()
            ),
            since=since,
            measured=measured,
        )
        for table, columns in COLUMNS.items()
    ]
    of_sensors = SQL(_ALARMS_OF_SENSORS, since=since, measured=measured)
    return SQL(_ALARMS, SQL(" UNION ALL ").join([*of_tables, of_sensors]))


class _Source(NamedTuple):
    table: str
    column: str
    reading_type: str
    window: timedelta | None  # of a rate


def _source_of(ask):
    rule = ask.rule
    table = TABLE_OF_TYPE.get(ask.device_type)
    column = COLUMNS.get(table, {}).get(rule.reading_type)
    if column is None:
        table, column = SENSOR.table, "value"
    # PostgreSQL takes no column for the width of a frame: a query for each.
    window = rule.window if rule.kind == "rate" else None
    return _Source(table, column, rule.reading_type, window)


def _bounds_of(ask):
    for index, level in enumerate(ask.rule.levels):
        for side in _SIGNS:
            if (bound := level.bound(side)) is not None:
                yield (index, side), bound


def _runs_query(source, bounds):
    """:param bounds: list of (Ask, (index of level, side), bound)"""
    signs = [_SIGNS[side] for _ask, (_level, side), _bound in bounds]
    out = [sign * bound for sign, (*_, bound) in zip(signs, bounds, strict=True)]
    back = [n - ask.rule.deadband for n, (ask, *_) in zip(out, bounds, strict=True)]
    looks = {}  # what is read once for all bounds that are about it → its place
    look_of = [looks.setdefault(_look(ask), len(looks)) for ask, *_ in bounds]
    is_sensor = source.table == SENSOR.table
    return SQL(
        _RUNS,
        looks=SQL(
            "unnest(%s::varchar[], %s::timestamptz[], %s::timestamptz[],"
            " %s::tstzmultirange[])",
            *map(list, zip(*looks, strict=True)),
        ),
        bounds=SQL(
            "unnest(%s::int[], %s::int[], %s::float8[], %s::float8[])",
            *(look_of, signs, out, back),
        ),
        value=SQL(_MOVED, recent=SQL(_RECENT, source.window))
        if source.window
        else SQL("value"),
        readings=SQL(
            _READINGS,
            table=SQL.identifier(source.table),
            column=SQL.identifier(source.column),
            is_type=SQL("reading_type = %s", source.reading_type)
            if is_sensor
            else SQL("TRUE"),
            within=source.window or _NO_TIME,
            doubted=QUALITY[Fault.STUCK],
            reading_type=source.reading_type,
        ),
        # A column of real numbers is compared with real ones: 6.1 is not above 6.1.
        number=SQL(
            "float8" if is_sensor or source.column == "volume_liters" else "real"
        ),
    )


def _look(ask):
    return ask.device_id, ask.start, ask.end, _spans(ask)


def _spans(ask):
    """When the rule was in force, as PostgreSQL writes it; None: always."""
    schedule = ask.rule.schedule
    if schedule is None:
        return None
    spans = schedule.spans_between(ask.start, ask.end, ask.tz)
    ranges = ",".join(f"[{start},{end})" for start, end in spans)
    return f"{{{ranges}}}"


def _to_alarms(device_id, alarm_type, first_time, last_time, lowest, highest, at):
    side, reading_type = alarm_type.split("_", 1)
    worst = highest if side == "high" else lowest
    return Alarms(device_id, reading_type, side, first_time, last_time, worst, at)


_ALARMS = """
SELECT device_id, alarm, min(first_time), max(last_time),
       min(extremes[1]), max(extremes[2]), max(received_at)
  FROM (%s) AS alarms (device_id, alarm, first_time, last_time, extremes, received_at)
 GROUP BY device_id, alarm
 ORDER BY device_id, min(first_time)
"""
# A row's alarms are its alarm_type, or all of them where its metadata has several. Rows
# that agree in that are summed up first: there are a hundred of each in every run.
_ALARMS_OF_TABLE = """
SELECT device_id, alarm, first_time, last_time,
       CASE substring(alarm FROM position('_' IN alarm) + 1) %(by_type)s END,
       received_at
  FROM (SELECT device_id, min(time) AS first_time, max(time) AS last_time, %(extremes)s,
               max(received_at) AS received_at,
               coalesce(metadata -> 'alarms', jsonb_build_array(alarm_type)) AS alarms
          FROM %(table)s
         WHERE is_alarm AND received_at >= %(since)s AND %(measured)s
         GROUP BY device_id, alarm_type, metadata -> 'alarms') AS alike,
       LATERAL jsonb_array_elements_text(alarms) AS each (alarm)
"""
_ALARMS_OF_SENSORS = """
SELECT device_id, alarm_type, min(time), max(time), ARRAY[min(value), max(value)],
       max(received_at)
  FROM sensor_readings
 WHERE is_alarm AND received_at >= %(since)s AND %(measured)s
 GROUP BY device_id, alarm_type
"""
# By way of their text: the real number 6.1 is 6.1, not 6.09999990463257.
_EXTREMES = """
ARRAY[min(%(column)s), max(%(column)s)]::text[]::float8[] AS %(column)s
"""
# Of one device, by its index: OFFSET 0 keeps the planner, whose statistics know nothing
# of the last minutes, from reading the whole chunk instead. The quality is a row's; the
# notes tell whose fault it is.
_READINGS = """
SELECT time, %(column)s AS value
  FROM %(table)s
 WHERE device_id = look.device_id AND %(is_type)s
   AND time >= look.start - %(within)s AND time < coalesce(look.until, 'infinity')
   AND %(column)s IS NOT NULL
   AND (quality > %(doubted)s
        OR NOT coalesce(metadata -> 'faults' ? %(reading_type)s, TRUE))
OFFSET 0
"""
# How far it rose (or fell) since its lowest (or highest) within the window.
_MOVED = """
value - CASE WHEN sign > 0 THEN min(value) OVER %(recent)s
                           ELSE max(value) OVER %(recent)s END
"""
_RECENT = """
(PARTITION BY number ORDER BY time RANGE BETWEEN %s PRECEDING AND CURRENT ROW)
"""
# Gaps and islands. Between the bound and the deadband nothing turns.
_RUNS = """
WITH look AS MATERIALIZED (
    SELECT * FROM %(looks)s WITH ORDINALITY
        AS look (device_id, start, until, spans, place)
), reading AS MATERIALIZED (
    SELECT place - 1 AS look, time >= start AS is_asked, NOT time <@ spans AS is_free,
           time, value
      FROM look, LATERAL (%(readings)s) AS reading
), bound AS MATERIALIZED (
    SELECT place - 1 AS number, look, sign, outside::%(number)s, inside::%(number)s
      FROM %(bounds)s WITH ORDINALITY AS bound (look, sign, outside, inside, place)
), moved AS (
    SELECT number, sign, outside, inside, is_asked, is_free, time, %(value)s AS value
      FROM bound JOIN reading USING (look)
), judged AS (
    SELECT number, sign, time, value,
           CASE WHEN is_free THEN 0
                WHEN (sign * value)::%(number)s > outside THEN 1
                WHEN (sign * value)::%(number)s <= inside THEN 0 END AS is_outside
      FROM moved WHERE is_asked
), turned AS (
    SELECT *, (is_outside IS DISTINCT FROM lag(is_outside)
               OVER (PARTITION BY number ORDER BY time))::int AS turns
      FROM judged WHERE is_outside IS NOT NULL
), numbered AS (
    SELECT *, sum(turns) OVER (PARTITION BY number ORDER BY time
                               ROWS UNBOUNDED PRECEDING) AS run FROM turned
)
SELECT number::int, min(is_outside), min(time), max(time),
       (max(value) FILTER (WHERE turns = 1))::text::float8,
       (max(sign * value) * min(sign))::%(number)s::text::float8, count(*)
  FROM numbered
 GROUP BY number, run
 ORDER BY number, run
"""
