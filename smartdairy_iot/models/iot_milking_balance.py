from datetime import timedelta, timezone

from odoo import api, fields, models

from ..errors import another_time
from ..milking.balance import Balance, rise_over, waves

_DAYS = 2  # so long something may come late; then it is what it is
_MARGIN = timedelta(minutes=31)
_MINUTE = 60


class IotMilkingBalance(models.Model):
    """What the meters counted in one milking of a farm, and by what its tanks rose."""

    _name = "iot.milking.balance"
    _description = "Milk Balance"
    _order = "day desc, start desc, farm_id"
    _rec_name = "day"
    _log_access = False

    farm_id = fields.Many2one(
        "farm.farm", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="farm_id.company_id", store=True)
    day = fields.Date(required=True, readonly=True)
    milking = fields.Selection(
        [("morning", "Morning"), ("evening", "Evening"), ("other", "Other")],
        string="Time of Day",
        required=True,
        readonly=True,
    )
    start = fields.Datetime(readonly=True)
    end = fields.Datetime(readonly=True)
    session_count = fields.Integer(string="Milkings", readonly=True)
    metered = fields.Float(string="Meters (L)", digits=(16, 1), readonly=True)
    rise = fields.Float(string="Tanks (L)", digits=(16, 1), readonly=True)
    difference = fields.Float(
        string="Difference (L)",
        digits=(16, 1),
        readonly=True,
        help="What the tanks have more than the meters counted.",
    )
    percent = fields.Float(
        string="Difference (%)", digits=(16, 1), readonly=True, aggregator=False
    )
    verdict = fields.Selection(
        [
            ("ok", "In balance"),
            ("off", "Out of balance"),
            ("drawn", "Milk left meanwhile"),
            ("no_level", "No level of a tank"),
            ("little", "Too little milk"),
        ],
        readonly=True,
        required=True,
        help="In balance: within ± 2 % of what the meters counted.",
    )

    _milking_unique = models.Constraint("UNIQUE(farm_id, day, milking)")

    @api.depends("farm_id", "day", "milking")
    def _compute_display_name(self):
        labels = dict(self._fields["milking"]._description_selection(self.env))
        for row in self:
            row.display_name = f"{row.farm_id.name}, {row.day} {labels[row.milking]}"

    @api.model
    @another_time
    def _cron_balance(self):
        """Of the last days: what came late of them counts."""
        gauges = self._gauges()
        farms = list(gauges)
        for done, farm in enumerate(farms, 1):
            self._refresh(farm, gauges[farm])
            left = len(farms) - done
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                return

    @api.model
    def _gauges(self):
        """``{farm: devices that tell how full its tanks are}``: those in a tank that
        send a volume and are no milk meter."""
        devices = self.env["iot.device"].search(
            [
                ("tank_id", "!=", False),
                ("farm_id", "!=", False),
                ("device_type", "=", "flow_sensor"),
                ("state", "!=", "retired"),
            ]
        )
        return devices.grouped("farm_id")

    @api.model
    def _refresh(self, farm, gauges):
        since = fields.Date.today() - timedelta(days=_DAYS)
        meters = self._meters_into(farm, gauges)
        of_milking = self.env["iot.milking.session"]._read_group(
            [
                ("farm_id", "=", farm.id),
                ("day", ">=", since),
                ("device_id", "in", meters.ids),
            ],
            ["day:day", "milking"],
            [
                *("start:array_agg", "end:array_agg", "state:array_agg"),
                *("liters:sum", "__count"),
            ],
        )
        known = {
            (row.day, row.milking): row
            for row in self.search([("farm_id", "=", farm.id), ("day", ">=", since)])
        }
        for day, milking, starts, ends, states, liters, count in of_milking:
            if "running" in states:
                continue
            pairs = zip(map(_aware, starts), map(_aware, ends), strict=True)
            told = self._weigh(gauges, waves(pairs), liters)
            vals = {
                "start": min(starts),
                "end": max(ends),
                "session_count": count,
                "metered": liters,
                "rise": told.rise or 0.0,
                "difference": told.difference or 0.0,
                "percent": told.percent or 0.0,
                "verdict": told.verdict,
            }
            if row := known.get((day, milking)):
                row.write(vals)
            else:
                self.create(
                    {"farm_id": farm.id, "day": day, "milking": milking, **vals}
                )

    def _meters_into(self, farm, gauges):
        """The meters whose milk these gauges see: those of their tanks; where no meter
        says which tank it feeds, all."""
        meters = self.env["iot.device"].search(
            [("farm_id", "=", farm.id), ("device_type", "=", "milk_meter")]
        )
        if assigned := meters.filtered("tank_id"):
            return assigned.filtered(lambda meter: meter.tank_id in gauges.tank_id)
        return meters

    def _weigh(self, gauges, spans, metered):
        """All tanks that have a gauge, in one."""
        farm = gauges.farm_id
        is_assigned = any(map(_feeds, farm.device_ids))
        if not is_assigned and farm.tank_ids - gauges.tank_id:
            return Balance(metered, None, "no_level")  # some milk is in the others
        points = self.env["iot.store"]._series(
            gauges.mapped("device_id"),
            "volume",
            spans[0][0] - _MARGIN,
            spans[-1][1] + _MARGIN,
            _MINUTE,
        )
        by_tank = {}
        tanks = {device.device_id: device.tank_id for device in gauges}
        for point in points:
            if point.average is not None:
                of_tank = by_tank.setdefault(tanks[point.device_id], [])
                of_tank.append((point.time, point.average))
        rise = 0.0
        for tank in gauges.tank_id:
            risen, verdict = rise_over(sorted(by_tank.get(tank, ())), spans)
            if risen is None:
                return Balance(metered, None, verdict)
            rise += risen
        return Balance.of(metered, rise)


def _feeds(device):
    return device.device_type == "milk_meter" and device.tank_id


def _aware(time):
    return time.replace(tzinfo=timezone.utc)
