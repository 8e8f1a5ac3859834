"""What the data set of a compliance report is made of."""

from datetime import datetime, timedelta, timezone

from odoo import _, fields, models
from odoo.exceptions import UserError

from ..coldchain.sample import MINUTE, Sample
from ..compliance.record import TankInput, build
from ..compliance.seal import freeze
from ..compliance.span import days
from ..zone import to_zone
from .farm_tank_cooling import SOURCES

_BEFORE = timedelta(days=3)  # what the milk in the tank has been through before
_QUARTER = 900


class IotComplianceReport(models.Model):
    _inherit = "iot.compliance.report"

    def _build_text(self):
        self.ensure_one()
        farm, zone = self.farm_id, to_zone(self.farm_id.tz)
        asked = days(self.date_from, self.date_to, zone)
        now = fields.Datetime.now().replace(tzinfo=timezone.utc).timestamp()
        tanks = (self.tank_ids or farm.tank_ids).sorted("name")
        if not tanks:
            raise UserError(_("%(farm)s has no tanks.", farm=farm.name))
        words = {"id": farm.id, "name": farm.name, "tz": farm.tz}
        words["company"] = farm.company_id.name or ""
        data = build(
            words,
            asked,
            [self._to_input(tank, asked, now) for tank in tanks],
            now,
            zone,
            self.gap_intervals,
            self._quality() if self.with_quality else (),
        )
        if not self.with_quality:
            data["quality"] = []
        return freeze(data)

    def _to_input(self, tank, asked, now):
        standard = self.standard_id or tank.standard_id
        if not standard:
            raise UserError(
                _(
                    "Choose a standard: neither %(tank)s nor its farm has one.",
                    tank=tank.name,
                )
            )
        rule = standard._to_standard(tank.milking_system)
        end = min(asked[-1].end, now)
        probe = tank.probe_id
        return TankInput(
            name=tank.name,
            tank=tank._to_tank(rule),
            standard=rule,
            sentences=standard._asked_of(tank.milking_system).mapped("sentence"),
            source=standard.source or "",
            probe=f"{probe.name} ({probe.device_id})" if probe else "",
            product=self._label(tank, "product"),
            interval=float(probe.interval_seconds or MINUTE),
            samples=self._samples(tank, asked[0].start, end),
            quarters=self._quarters(tank, asked[0].start, end),
            alerts=self._alerts(tank, asked[0].start, end),
            calibrations=self._calibrations(probe, asked[0].start, end),
            calibration_due=_iso(probe._first_calibration_due()),
        )

    def _series(self, device, kind, start, end, seconds):
        if not device or end <= start:
            return []
        start, end = (datetime.fromtimestamp(at, timezone.utc) for at in (start, end))
        store = self.env["iot.store"]
        tz = self.farm_id.tz
        return store._series([device.device_id], kind, start, end, seconds, tz)

    def _samples(self, tank, start, end):
        """Averages of each minute, from some days before on."""
        if not tank.probe_id:
            return []
        said = {
            kind: {
                point.time.timestamp(): point.average
                for point in self._series(
                    tank[name], kind, start - _BEFORE.total_seconds(), end, int(MINUTE)
                )
                if point.average is not None
            }
            for name, kind in SOURCES.items()
        }
        # Without its probe a tank is not judged, whatever the others said.
        if not any(at >= start for at in said["temperature"]):
            return []
        runs = said["running"]
        return [
            Sample(
                *(at, said["temperature"].get(at), said["volume"].get(at)),
                *(said["flow_rate"].get(at), runs[at] > 0 if at in runs else None),
            )
            for at in sorted(set().union(*said.values()))
        ]

    def _quarters(self, tank, start, end):
        """Of rollups: they are there when the readings were dropped long ago."""
        points = self._series(tank.probe_id, "temperature", start, end, _QUARTER)
        return [
            (point.time.timestamp(), point.low, point.average, point.high)
            for point in points
            if point.average is not None
        ]

    def _alerts(self, tank, start, end):
        devices = [tank[name].id for name in SOURCES if tank[name]]
        begin, until = (_naive(at) for at in (start, end))
        alerts = self.env["iot.alert"].search(
            [
                *("|", ("tank_id", "=", tank.id)),
                *("&", ("tank_id", "=", False), ("device_id", "in", devices)),
                ("started_at", "<", until),
                "|",
                ("is_open", "=", True),
                *("|", ("cleared_at", ">=", begin), ("resolved_at", ">=", begin)),
            ],
            order="started_at, id",
        )
        return [self._to_alert(alert) for alert in alerts]

    def _to_alert(self, alert):
        ended = alert.cleared_at or alert.resolved_at
        cause = self._label(alert, "cause")
        return {
            "id": alert.id,
            "message": alert.message,
            "severity": self._label(alert, "severity"),
            "state": self._label(alert, "state"),
            "started": alert.started_at.replace(tzinfo=timezone.utc).timestamp(),
            "ended": ended and ended.replace(tzinfo=timezone.utc).timestamp() or None,
            "minutes": alert.outside_now,
            "cause": ": ".join(filter(None, (cause, alert.cause_note))),
            "action": alert.corrective_action or alert.dismiss_reason or "",
            "by": (alert.acknowledged_by or alert.resolved_by).name or "",
        }

    def _calibrations(self, probe, start, end):
        """The one in force when the period began, and those since."""
        if not probe:
            return []
        applied = self.env["iot.calibration"].search(
            [
                ("device_id", "=", probe.id),
                ("reading_type", "=", "temperature"),
                ("state", "=", "applied"),
                ("valid_from", "<", _naive(end)),
            ],
            order="valid_from, id",
        )
        began = applied.filtered(lambda one: one.valid_from <= _naive(start))
        local = self.with_context(tz=self.farm_id.tz)
        return [
            {
                "date": fields.Datetime.context_timestamp(local, one.valid_from)
                .date()
                .isoformat(),
                "due": _iso(one.next_due),
                "scale": one.scale,
                "offset": one.offset,
                "by": one.done_by.name or "",
                "certificate": one.certificate or "",
            }
            for one in began[-1:] | (applied - began)
        ]

    def _quality(self):
        rows = self.env["iot.milk.quality"].search(
            [
                ("farm_id", "=", self.farm_id.id),
                ("day", ">=", self.date_from),
                ("day", "<=", self.date_to),
            ]
        )
        names = ("liters", "session_count", "animal_count", "scc", "points")
        return [
            {
                "day": row.day.isoformat(),
                "grade": row.grade or "",
                **{name: row[name] for name in names},
                **{
                    name: round(row[name], 2)
                    for name in ("fat", "protein", "conductivity")
                },
            }
            for row in rows
        ]

    def _label(self, record, name):
        if not record[name]:
            return ""
        labels = dict(record._fields[name]._description_selection(self.env))
        return labels.get(record[name], record[name])


def _naive(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)


def _iso(date):
    return date.isoformat() if date else None
