import pytz

from odoo import _, api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..readings.environment import StoreEnvironment
from ..readings.source import Keys

_COUNT = "coalesce(sum(%(alias)s.reading_count), 0)::bigint"
# Of sums of quarter hours and of readings alike. What a failing probe sent is counted,
# and in no average, minimum or maximum.
_AGGREGATES = {
    "value:avg": "sum(%(alias)s.total) / nullif(sum(%(alias)s.believed_count), 0)",
    "value:sum": "sum(%(alias)s.total)",
    "value:min": "min(%(alias)s.value_min)",
    "value:max": "max(%(alias)s.value_max)",
    "value_min:min": "min(%(alias)s.value_min)",
    "value_max:max": "max(%(alias)s.value_max)",
}
# There is no average of degrees and percents.
_OF_ONE_TYPE = """
CASE WHEN min(%(alias)s.reading_type) = max(%(alias)s.reading_type) THEN %(value)s END
"""
_KEYS = {"device_id": "device", "farm_id": "device", "reading_type": "type"}
_PARTS_OF_A_QUARTER = ("minute_number", "second_number")


class IotSensorReading(models.Model):
    """Groups, pivots and graphs: added up where the readings are.

    Rollups answer where they can, and those outlive the readings: by device, farm, type
    and time, with or without a span of time. Conditions on the value, its quality or
    alarms need the readings themselves. A group of several types has no value.
    """

    _inherit = "iot.sensor.reading"

    @api.model
    def _read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        readings = self._grouped_in_store(groupby, aggregates, order, having)
        return super(IotSensorReading, readings)._read_group(
            domain, groupby, aggregates, having, offset, limit, order
        )

    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        specs = [spec for groupby in grouping_sets for spec in groupby]
        readings = self._grouped_in_store(specs, aggregates, order)
        return super(IotSensorReading, readings)._read_grouping_sets(
            domain, grouping_sets, aggregates, order
        )

    def _grouped_in_store(self, groupby, aggregates, order, having=()):
        ordered = [term.split()[0] for term in (order or "").split(",") if term.strip()]
        keys = [
            _key_of(spec)
            for spec in (*groupby, *aggregates, *ordered)
            if spec != "__count" and spec not in _AGGREGATES
        ]
        if having or None in keys:
            return self.with_env(StoreEnvironment(self.env))
        time = next((name for name in ("hour", "day") if name in keys), None)
        tz = self.env.context.get("tz")
        tz = tz if tz in pytz.all_timezones_set else "UTC"  # as the ORM does
        sums_by = Keys("device" in keys, time, tz)
        return self.with_env(StoreEnvironment(self.env, sums_by))

    def _read_group_select(self, aggregate_spec, query):
        alias = SQL.identifier(self._table)
        if aggregate_spec == "__count":
            return SQL(_COUNT, alias=alias)
        if aggregate_spec in _AGGREGATES:
            value = SQL(_AGGREGATES[aggregate_spec], alias=alias)
            return SQL(_OF_ONE_TYPE, alias=alias, value=value)
        return super()._read_group_select(aggregate_spec, query)

    def _read_group_groupby(self, alias, groupby_spec, query):
        if "." in groupby_spec:
            raise UserError(
                _(
                    "Readings cannot be grouped by %(field)s. Group them by device, "
                    "farm, reading type or time.",
                    field=groupby_spec,
                )
            )
        return super()._read_group_groupby(alias, groupby_spec, query)

    # The groups' records are given out, so they have the ordinary environment.

    def _read_group_postprocess_groupby(self, groupby_spec, raw_values):
        return super(
            IotSensorReading, self._as_given_out()
        )._read_group_postprocess_groupby(groupby_spec, raw_values)

    def _read_group_postprocess_aggregate(self, aggregate_spec, raw_values):
        return super(
            IotSensorReading, self._as_given_out()
        )._read_group_postprocess_aggregate(aggregate_spec, raw_values)

    def _as_given_out(self):
        return self.with_env(getattr(self.env, "ordinary", self.env))


def _key_of(spec):
    """What it groups by, as far as quarter hours tell; else None."""
    name, _colon, granularity = spec.partition(":")
    if name != "timestamp":
        return _KEYS.get(spec)
    if not granularity or granularity in _PARTS_OF_A_QUARTER:
        return None
    return "hour" if granularity.startswith("hour") else "day"
