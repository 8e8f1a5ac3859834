from datetime import datetime, timedelta, timezone

from odoo import _, api, models
from odoo.exceptions import UserError

from ..ingest.codec.number import READING_TYPES, unit_of
from ..readings.environment import told_when_away
from ..readings.resolution import resolution

_LONGEST = timedelta(days=800)
_BEFORE = timedelta(days=3)  # milk that lies in a tank has its limit still
_MOST_COOLINGS = 30


class IotDevice(models.Model):
    """A device's curves, from the source that fits how long a time is shown."""

    _inherit = "iot.device"

    @api.readonly
    def get_series(self, reading_types, start, end):
        """Minimum, average and maximum; never more than a thousand points of each.

        :param reading_types: list of names, such as ``temperature``
        :param start, end: milliseconds since the epoch
        :return: ``{tz, bucket, series: [{reading_type, label, unit, gap, points,
            bands}], marks: [{id, ms, label, severity}]}``; a point is ``[ms, average,
            minimum, maximum]``, nulls where nothing but faults was measured; bands are
            ``[{from, to, side, tank?, start?, end?}]``
        :raise UserError: the time or a reading type makes no sense
        """
        self.ensure_one()
        self.check_access("read")
        since, until = _span(start, end)
        reading_types = list(dict.fromkeys(reading_types))  # each is a query
        unknown = [name for name in reading_types if name not in READING_TYPES]
        if unknown:
            raise UserError(
                _(
                    "%(name)s is no reading type. Known ones: %(known)s",
                    name=unknown[0],
                    known=", ".join(READING_TYPES),
                )
            )
        shown = resolution((until - since).total_seconds(), self.interval_seconds)
        with told_when_away():
            series = [
                self._to_series(name, since, until, shown) for name in reading_types
            ]
        return {
            "tz": self.farm_id.tz or "UTC",
            "bucket": shown.bucket,
            "series": series,
            "marks": self._alert_marks(since, until),
        }

    def _to_series(self, reading_type, since, until, shown):
        labels = dict(
            self.env["iot.threshold"]
            ._fields["reading_type"]
            ._description_selection(self.env)
        )
        points = self.env["iot.store"]._series(
            [self.device_id],
            reading_type,
            since,
            until,
            shown.bucket,
            self.farm_id.tz or "UTC",
        )
        return {
            "reading_type": reading_type,
            "label": labels.get(reading_type, reading_type),
            "unit": unit_of(reading_type),
            "gap": round(shown.gap * 1000),
            "points": [
                [to_millis(point.time), point.average, point.low, point.high]
                for point in points
            ],
            "bands": self._limit_bands(reading_type)
            + self._tank_bands(reading_type, since, until),
        }

    def _limit_bands(self, reading_type):
        """What is outside, by the limits in force where the device stands."""
        known = self._get_listener_map().get(self.device_id)
        rules = known.limits_at(None).get(reading_type, ()) if known else ()
        limits = [rule for rule in rules if rule.kind == "limit"]
        lows = [limit.low for limit in limits if limit.low is not None]
        highs = [limit.high for limit in limits if limit.high is not None]
        bands = []
        if lows:
            bands.append({"from": None, "to": max(lows), "side": "low"})
        if highs:
            bands.append({"from": min(highs), "to": None, "side": "high"})
        return bands

    def _tank_bands(self, reading_type, since, until):
        """Of the tanks whose probe it is: what their standard asks, from when on."""
        if reading_type != "temperature":
            return []
        bands = []
        for tank in self.env["farm.tank"].search([("probe_id", "=", self.id)]):
            coolings = self.env["iot.tank.cooling"].search(
                [
                    ("tank_id", "=", tank.id),
                    ("start", ">", since.replace(tzinfo=None) - _BEFORE),
                    ("start", "<", until.replace(tzinfo=None)),
                ],
                limit=_MOST_COOLINGS,
            )
            limits = tank._limits_shown(coolings)
            named = {"side": "tank", "tank": tank.name}
            bands += [
                {"from": step["celsius"], "to": None, "start": step["from"]}
                | {"end": step["until"], **named}
                for step in limits["steps"]
            ]
            bands += [
                {"from": None, "to": celsius, **named} for celsius in limits["floors"]
            ]
        return bands

    def _alert_marks(self, since, until):
        return self.env["iot.alert"]._to_marks(
            [("device_id", "=", self.id)], since, until
        )


def to_millis(moment):
    """:param moment: aware, or naive as Odoo's are; False stays so"""
    if not moment:
        return False
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return round(moment.timestamp() * 1000)


def _span(start, end):
    try:
        since, until = (
            datetime.fromtimestamp(ms / 1000, timezone.utc) for ms in (start, end)
        )
    except (OverflowError, OSError, TypeError, ValueError) as error:
        raise UserError(
            _(
                "The times are milliseconds since 1970, not %(start)s and %(end)s.",
                start=start,
                end=end,
            )
        ) from error
    if not timedelta(0) < until - since <= _LONGEST:
        raise UserError(_("The end must be after the start, by at most 800 days."))
    return since, until
