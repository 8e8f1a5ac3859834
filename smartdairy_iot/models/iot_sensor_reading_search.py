from dataclasses import replace
from datetime import datetime, timedelta, timezone

from odoo import _, api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL, Query

from ..readings import reading_id
from ..readings.domain import narrow
from ..readings.environment import StoreEnvironment, told_when_away
from ..readings.reading_id import EPOCH
from ..readings.source import Source

# How far to look first for the newest or the oldest, and when to give up.
_WINDOW = timedelta(minutes=15)
_LONGEST_WINDOW = timedelta(days=30)
_STEP = 2, 5  # by how much it grows, at least and at most
_MOST = 1_000_000  # records at once; a spreadsheet has no more rows either


class IotSensorReading(models.Model):
    """The ORM writes the SQL as for any model; it runs where the readings are.

    There, devices are unknown. So what a domain says of devices is looked up first, and
    only those that the user may see go along, see ``readings/source.py``.
    """

    _inherit = "iot.sensor.reading"

    @property
    def _table_query(self):
        """Of no readings: the query of each search brings its own."""
        return Source([], start=EPOCH, end=EPOCH).readings()

    @api.model
    def _search(
        self,
        domain,
        offset=0,
        limit=None,
        order=None,
        *,
        active_test=True,
        bypass_access=False,
    ):
        env = self.env
        if not isinstance(env, StoreEnvironment):
            env = StoreEnvironment(env)
        records = self.with_env(env.ordinary)
        source, rest = records._source(domain, bypass_access)
        if source is None:
            query = Query(env, self._table)
            query.set_result_ids(())
            return query
        if env.sums_by is not None and rest.is_true() and source.keys is None:
            table = source.quarters(env["iot.store"], env.sums_by)
        else:
            if order and not limit and source.keys is None:
                records._require_few(source, rest)
            if limit and (direction := _by_time(order)):
                wanted = limit + (offset or 0)
                source, _count = records._first(source, rest, wanted, direction)
            table = source.readings()
        query = records._query(env, table, rest)
        if order:
            query.order = records._order_to_sql(order, query)
        query.limit, query.offset = limit or None, offset or None
        return query

    def _query(self, env, table, domain):
        query = Query(env, self._table, SQL("(%s)", table))
        if not domain.is_true():
            query.add_where(domain._to_sql(self, self._table, query))
        return query

    def _require_few(self, source, rest):
        """Else the server's memory would be full of records before anything is said."""
        if self._count(source, rest, _MOST + 1) > _MOST:
            raise UserError(
                _(
                    "These are more than %(most)s readings. Choose a shorter time or "
                    "fewer devices, or look at them in groups.",
                    most=f"{_MOST:,}",
                )
            )

    @api.model
    @api.readonly
    def search_count(self, domain, limit=None):
        source, rest = self._source(domain)
        if source is None:
            return 0
        if not limit:
            return self._count(source, rest)
        _part, count = self._first(source, rest, limit, "desc")
        return min(self._count(source, rest, limit) if count is None else count, limit)

    def _count(self, source, rest, limit=None):
        """How many there are; from ``limit`` on, it may stop."""
        env = StoreEnvironment(self.env)
        if rest.is_true() and source.keys is None:
            ((count,),) = env.execute_query(source.count())
            return count
        query = self._query(env, source.readings(), rest)
        query.limit = limit
        return len(query)

    def _first(self, source, rest, wanted, direction):
        """The newest of it, or the oldest, as many as are wanted or a few more.

        No index is by time alone, and to sort all would be to read all.

        :return: ``(Source, how many it has)``; the same, and None, if that is too far
        """
        with told_when_away():
            first, last = self.env["iot.store"]._extent()
        now = datetime.now(timezone.utc)
        start = source.start or first or now
        end = min(now, last or now, source.end or now)
        window = _WINDOW
        while window < min(_LONGEST_WINDOW, end - start):
            if direction == "desc":
                part = replace(source, start=end - window)
            else:
                part = replace(source, end=start + window)
            count = self._count(part, rest, wanted)
            if count >= wanted:
                return part, count
            least, most = _STEP
            window *= max(least, min(most, 1.5 * wanted / count)) if count else most
        return source, None

    # Devices -------------------------------------------------------------------------

    def _source(self, domain, bypass_access=False):
        """
        :return: ``(Source, domain of what it does not say)``; no source when there can
            be no such reading
        """
        rules = Domain.TRUE
        if not (self.env.su or bypass_access):
            self.browse().check_access("read")
            rules = self.env["ir.rule"]._compute_domain(self._name, "read")
        domain = self._with_devices(Domain(domain))
        # sudo - iot.sensor.reading: what a rule says of devices holds whoever asks.
        domain &= self.sudo()._with_devices(rules)
        found = narrow(domain.optimize_full(self))
        devices = self.env["iot.device"]
        if bypass_access:
            devices = devices.sudo()  # sudo - iot.device: the caller says so.
        devices = devices._seen_by_store(found.devices)
        if found.keys is not None:
            wanted = {key.device for key in found.keys}
            devices = [d for d in devices if d.id % reading_id.DEVICES in wanted]
        if not devices or not found.types or found.rest.is_false():
            return None, Domain.FALSE
        span = (found.start, found.end)
        return Source(devices, found.types, *span, found.alarms, found.keys), found.rest

    def _with_devices(self, domain):
        """What it says of devices and farms, as ids of devices."""
        domain = domain.optimize_full(self)
        return domain.map_conditions(self._look_up_devices)

    def _look_up_devices(self, condition):
        field, operator = condition.field_expr, condition.operator
        if field == "farm_id":
            domain = Domain(field, operator, condition.value)
        elif field == "device_id" and operator not in ("in", "not in"):
            value = condition.value
            if not isinstance(value, Domain):
                value = Domain("id", "in", value)
            domain = ~value if operator.startswith("not ") else value
        else:
            return condition
        devices = self.env["iot.device"]
        if operator.endswith("!"):
            devices = devices.sudo()  # sudo - iot.device: what the operator means
        return Domain("device_id", "in", devices.search(domain).ids)

    # Order: the database of the readings knows neither names nor farms ----------------

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if field_name in ("device_id", "farm_id"):
            rank = SQL.identifier(alias, f"{field_name[:-3]}_rank")
            query._order_groupby.append(rank)
            return SQL("%s %s %s", rank, direction, nulls)
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)

    # Records -------------------------------------------------------------------------

    def _fetch_query(self, query, fields):
        if query.is_empty():
            return self.browse()
        columns = [field for field in fields if field.name != "id"]
        names = ["id", "timestamp", "value", *(field.name for field in columns)]
        terms = [self._field_to_sql(self._table, name, query) for name in names]
        rows = {}
        for row in StoreEnvironment(self.env).execute_query(query.select(*terms)):
            if row[0] not in rows or row[1:3] > rows[row[0]][1:3]:
                rows[row[0]] = row
        fetched = self.browse(rows)
        values = list(zip(*rows.values(), strict=True))[3:]
        for field, column in zip(columns, values, strict=bool(rows)):
            field._insert_cache(fetched, column)
        return fetched

    def exists(self):
        # sudo - iot.sensor.reading: whether one exists is no matter of access.
        found = set(self.sudo()._search([("id", "in", self.ids)]))
        return self.filtered(lambda reading: not reading.id or reading.id in found)

    def _check_access(self, operation):
        """Whoever may see a device may see its readings."""
        if result := super()._check_access(operation):
            return result
        # sudo - iot.sensor.reading: only to know of which device it is.
        readings = self.sudo()
        devices = readings.device_id.with_env(self.env)
        if not (result := devices._check_access("read")):
            return None
        hidden, error = result
        readings = readings.filtered(lambda reading: reading.device_id in hidden)
        return readings.with_env(self.env), error


def _by_time(order):
    """``asc`` or ``desc``, when it is the time that counts first; else None."""
    name, *direction = (order or "").split(",")[0].lower().split() or [""]
    return (direction or ["asc"])[0] if name == "timestamp" else None
