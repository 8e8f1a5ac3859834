from datetime import timedelta

from odoo import api, fields, models

from ..boards.natural import natural_key
from .farm_farm import to_iso

_MOST_DAYS = 90
_MOST_ANIMALS = 1000
_MOST_ATTENTION = 100
_BALANCES = timedelta(days=7)
_TOTALS = ["liters:sum", "__count", "animal_id:count_distinct", "state:array_agg"]


class IotMilkingSession(models.Model):
    """The milking board: one farm, by its own calendar."""

    _inherit = "iot.milking.session"

    @api.model
    def get_milking_board(self, farm_id=None, days=14):
        """
        :param farm_id: a farm's id; None for the first one that has a meter
        :param days: of production by the day, 1 to 90
        :return: ``{now, farms, farm, meters, today, by_hour, by_day, animals,
            attention, balances}``; litres and minutes, times ISO 8601 UTC, days
            ``YYYY-MM-DD``; ``farm`` is False if there is none
        """
        farms = self._milking_farms()
        farm = farms.filtered(lambda one: one.id == farm_id) or farms[:1]
        board = {
            "now": to_iso(fields.Datetime.now()),
            "farms": [{"id": f.id, "name": f.name, "tz": f.tz} for f in farms],
            "farm": farm.id,
        }
        if not farm:
            return board
        today = farm._today()
        since = today - timedelta(days=max(1, min(int(days), _MOST_DAYS)) - 1)
        of_today = [("farm_id", "=", farm.id), ("day", "=", today)]
        return board | {
            "day": str(today),
            "meters": self._board_meters(farm)[farm],
            "today": self._board_totals(farm)[farm],
            "by_hour": self._board_hours(farm, of_today),
            "by_day": self._board_days(farm, since),
            "animals": self._board_animals(farm),
            "attention": self._board_attention(farm),
            "balances": self._board_balances(farm, today),
        }

    @api.model
    def _milking_farms(self):
        """Those with a milk meter; without one anywhere, all that one may see."""
        metered = self.env["iot.device"]._read_group(
            [("device_type", "=", "milk_meter"), ("state", "!=", "retired")],
            ["farm_id"],
        )
        ids = [farm.id for (farm,) in metered]
        farms = self.env["farm.farm"]
        return farms.search([("id", "in", ids)]) or farms.search([])

    def _board_meters(self, farms):
        """Each meter in service and its milking: that which runs, or the last one.

        :return: ``{farm: [{…}]}``
        """
        meters = self.env["iot.device"].search(
            [
                ("farm_id", "in", farms.ids),
                ("device_type", "=", "milk_meter"),
                ("state", "=", "active"),
            ]
        )
        newest = self._read_group(
            [("device_id", "in", meters.ids)], ["device_id"], ["start:max"]
        )
        shown = self.search(
            [
                ("device_id", "in", meters.ids),
                "|",
                ("state", "=", "running"),
                ("start", "in", [start for _meter, start in newest]),
            ],
            order="start",
        )
        shown = {session.device_id: session for session in shown}
        rows = {farm: [] for farm in farms}
        for meter in meters.sorted(lambda m: natural_key(m.stall_id.name or m.name)):
            rows[meter.farm_id].append(
                {
                    "id": meter.id,
                    "device_id": meter.device_id,
                    "name": meter.name,
                    "stall": meter.stall_id.name or False,
                    "session": meter in shown and shown[meter]._to_board(),
                }
            )
        return rows

    def _to_board(self):
        return {
            "id": self.id,
            "animal_id": self.animal_id.id,
            "animal": self.animal_label,
            "start": to_iso(self.start),
            "end": to_iso(self.end),
            "state": self.state,
            "liters": self.liters,
            "average_flow": self.average_flow,
        }

    def _board_totals(self, farms):
        """What each farm has milked today, by its own calendar.

        :return: ``{farm: {liters, sessions, animals, running, incomplete}}``
        """
        totals = {}
        for day, some in farms.grouped(lambda farm: farm._today()).items():
            domain = [("farm_id", "in", some.ids), ("day", "=", day)]
            groups = self._read_group(domain, ["farm_id"], _TOTALS)
            totals |= {farm: told for farm, *told in groups}
        nothing = [0.0, 0, 0, []]
        return {farm: _to_total(*totals.get(farm, nothing)) for farm in farms}

    def _board_hours(self, farm, of_today):
        """By the hour of the farm's clock in which a milking ended."""
        rows = self.with_context(tz=farm.tz)._read_group(
            of_today, ["end:hour"], ["liters:sum", "__count"]
        )
        return [
            {"hour": hour.hour, "liters": liters or 0.0, "sessions": count}
            for hour, liters, count in rows
        ]

    def _board_days(self, farm, since):
        rows = self._read_group(
            [("farm_id", "=", farm.id), ("day", ">=", since)],
            ["day:day", "milking"],
            ["liters:sum", "__count"],
        )
        return [
            {
                "day": str(day),
                "milking": milking,
                "liters": liters or 0.0,
                "sessions": count,
            }
            for day, milking, liters, count in rows
        ]

    def _board_animals(self, farm):
        """Who gives less than usual comes first."""
        animals = self.env["farm.animal"].search(
            [("farm_id", "=", farm.id)], limit=_MOST_ANIMALS
        )
        rows = [
            {
                "id": animal.id,
                "name": animal.display_name,
                "today": animal.yield_today,
                "yesterday": animal.yield_yesterday,
                "average": animal.yield_average or None,
                "change": animal.yield_change if animal.yield_average else None,
                "last_milked": to_iso(animal.last_milked),
            }
            for animal in animals
        ]
        return sorted(rows, key=lambda r: (r["change"] is None, r["change"] or 0.0))

    def _board_attention(self, farm):
        rows = self.env["iot.milking.attention"].search(
            [("farm_id", "=", farm.id)], limit=_MOST_ATTENTION
        )
        return [
            {
                "id": row.id,
                "animal_id": row.animal_id.id,
                "animal": row.animal_id.display_name,
                "score": row.score,
                "kind": row.kind,
                "reason": row.reason,
                "since": to_iso(row.since),
            }
            for row in rows
        ]

    def _board_balances(self, farm, today):
        rows = self.env["iot.milking.balance"].search(
            [("farm_id", "=", farm.id), ("day", ">=", today - _BALANCES)]
        )
        labels = {
            name: dict(rows._fields[name]._description_selection(self.env))
            for name in ("milking", "verdict")
        }
        return [
            {
                "id": row.id,
                "day": str(row.day),
                "milking": labels["milking"][row.milking],
                "metered": row.metered,
                "rise": row.rise,
                "percent": row.percent,
                "verdict": row.verdict,
                "told": labels["verdict"][row.verdict],
            }
            for row in rows
        ]


def _to_total(liters, count, animals, states):
    return {
        "liters": liters or 0.0,
        "sessions": count,
        "animals": animals,
        "running": states.count("running"),
        "incomplete": states.count("incomplete"),
    }
