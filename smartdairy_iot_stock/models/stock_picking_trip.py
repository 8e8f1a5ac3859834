import logging
from datetime import datetime, timedelta, timezone

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.smartdairy_iot.zone import to_zone

from ..transport.chart import draw
from ..transport.trip import Limits, Point, summarize
from .ir_actions_report import TRIP

_logger = logging.getLogger(__name__)
_MINUTE, _QUARTER = 60, 900
_DAY = timedelta(days=1)


class StockPicking(models.Model):
    """The report on a trip, made by the scheduler and attached."""

    _inherit = "stock.picking"

    @api.model
    def _cron_trip_reports(self):
        due = self.search([("iot_trip_due", "=", True)], order="id")
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(due))
        for picking in due:
            picking._make_trip_report_aside()
            cron._commit_progress(1)

    def _make_trip_report_aside(self):
        """One that fails is told in its chatter, and stops no other."""
        try:
            with self.env.cr.savepoint():
                self._make_trip_report()
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            _logger.exception("The trip report of %r cannot be made", self.name)
            self.iot_trip_due = False
            self.message_post(
                body=self.env._(
                    "The trip report could not be made: %(error)s. “Trip Report” "
                    "tries again.",
                    error=str(error),
                )
            )

    def _make_trip_report(self):
        self.ensure_one()
        self = self.with_context(lang=self.partner_id.lang or self.env.user.lang)
        trip = self._trip_values()
        verdict = trip["verdict"]
        self.write(
            {
                "iot_trip_due": False,
                "iot_trip_verdict": verdict,
                "iot_trip_outside": trip["outside"],
            }
        )
        pdf, _kind = self.env["ir.actions.report"]._render_qweb_pdf(
            TRIP, self.ids, data={"trips": {self.id: trip}}
        )
        name = self.env._(
            "Trip report %(picking)s.pdf", picking=self.name.replace("/", "-")
        )
        self.message_post(body=self._describe_trip(trip), attachments=[(name, pdf)])
        if verdict == "outside" and self.picking_type_id.iot_trip_hold:
            self.move_line_ids.lot_id._hold(
                self.env._(
                    "Trip of %(picking)s: %(minutes)d minutes out of range.",
                    picking=self.name,
                    minutes=round(trip["outside"]),
                ),
                trip["outside"],
            )

    # What was measured ----------------------------------------------------------------

    def _trip_limits(self):
        """The device's own rule, or else those of the kind of transfer."""
        # sudo - iot.threshold: whoever has the report made need not see rules.
        rule = (
            self.env["iot.threshold"]
            .sudo()
            .search(
                [
                    ("device_id", "=", self.iot_device_id.id),
                    ("kind", "=", "limit"),
                    ("reading_type", "=", "temperature"),
                    ("is_active", "=", True),
                ],
                limit=1,
            )
        )
        if rule:
            return Limits(
                rule.min_value if rule.use_min else None,
                rule.max_value if rule.use_max else None,
            )
        kind = self.picking_type_id
        return Limits(kind.iot_trip_low, kind.iot_trip_high)

    def _trip_points(self, device, start, end):
        """:return: points, seconds of each; quarters if the readings were dropped"""
        for bucket in (_MINUTE, _QUARTER):
            series = self.env["iot.store"]._series(
                [device.device_id], "temperature", start, end, bucket
            )
            points = [
                Point(one.time.timestamp(), one.low, one.average, one.high)
                for one in series
                if one.average is not None
            ]
            if points:
                break
        return points, bucket

    def _trip_values(self):
        """All that the report tells; temperatures in °C, times in the farm's zone."""
        self.ensure_one()
        # sudo - iot.device: likewise.
        device = self.iot_device_id.sudo()
        start, end = (
            moment.replace(tzinfo=timezone.utc)
            for moment in (self.iot_trip_start, self.iot_trip_end)
        )
        zone = to_zone(device.farm_id.tz or self.company_id.partner_id.tz or "UTC")
        limits = self._trip_limits()
        points, bucket = self._trip_points(device, start, end)
        span = start.timestamp(), end.timestamp()
        trip = summarize(points, *span, limits, bucket)
        is_long = end - start > _DAY

        def local(seconds, pattern="%Y-%m-%d %H:%M"):
            return datetime.fromtimestamp(seconds, zone).strftime(pattern)

        chart = draw(
            points=points,
            trip=trip,
            limits=limits,
            start=span[0],
            end=span[1],
            label=lambda at: local(at, "%d.%m. %H:%M" if is_long else "%H:%M"),
        )
        allowed = self.picking_type_id.iot_trip_minutes
        verdict = "outside" if trip.outside / _MINUTE > allowed else "within"
        return {
            "device": f"{device.name} ({device.device_id})",
            "farm": device.farm_id.name,
            "zone": str(zone),
            "start": local(span[0]),
            "end": local(span[1]),
            "minutes": (span[1] - span[0]) / _MINUTE,
            "low": trip.low,
            "average": trip.average,
            "high": trip.high,
            "outside": trip.outside / _MINUTE,
            "allowed": allowed,
            "limits": limits,
            "gap": trip.gap / _MINUTE,
            "gaps": [
                (local(a), local(b), round((b - a) / _MINUTE)) for a, b in trip.gaps
            ],
            "verdict": verdict if points else "unmeasured",
            "chart": Markup(chart),  # noqa: S704  # nosec B704 # numbers, times
            "made": local(
                fields.Datetime.now().replace(tzinfo=timezone.utc).timestamp()
            ),
        }

    def _describe_trip(self, trip):
        if trip["verdict"] == "unmeasured":
            return self.env._(
                "Trip report: %(device)s measured nothing between %(start)s and "
                "%(end)s.",
                device=trip["device"],
                start=trip["start"],
                end=trip["end"],
            )
        words = {
            "low": f"{trip['low']:.1f}",
            "average": f"{trip['average']:.1f}",
            "high": f"{trip['high']:.1f}",
            "outside": round(trip["outside"]),
            "gap": round(trip["gap"]),
        }
        said = self.env._(
            "Trip report: %(low)s to %(high)s °C, %(average)s °C on average; "
            "%(outside)d min outside the limits, %(gap)d min not measured.",
            **words,
        )
        if trip["verdict"] == "outside":
            said += " " + self.env._("Out of range.")
        return said
