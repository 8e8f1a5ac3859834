from datetime import datetime, timedelta, timezone

from odoo import api, fields, models

from odoo.addons.smartdairy_iot.zone import to_zone

from ..schemas.dashboard import rounded

_DAYS = {"7d": 7, "30d": 30}


class IotMilkingSession(models.Model):
    _inherit = "iot.milking.session"

    @api.model
    def _production_for_app(self, farm_id, period):
        """What was milked in each hour of a day, or day of a week or month.

        :param farm_id: of one farm; None for all that one may see
        """
        of_farm = [("farm_id", "=", farm_id)] if farm_id is not None else []
        if period == "24h":
            return self._by_hour(of_farm)
        farm = self.env["farm.farm"].search([("id", "=", farm_id or 0)])
        zone = to_zone(farm.tz or self.env.user.tz or "UTC")
        today = datetime.now(zone).date()
        domain = [*of_farm, ("day", ">", today - timedelta(days=_DAYS[period]))]
        rows = self.env["iot.milk.quality"].search(domain, order="day")
        return [
            {
                "timestamp": _midnight(day, zone),
                "volume": round(sum(of_day.mapped("liters")), 2),
                "sessions": sum(of_day.mapped("session_count")),
                **_contents(of_day),
            }
            for day, of_day in rows.grouped("day").items()
        ]

    @api.model
    def _by_hour(self, of_farm):
        since = fields.Datetime.now() - timedelta(hours=24)
        milkings = self.search_fetch(
            [*of_farm, ("end", ">=", since), ("state", "!=", "running")],
            ["end", "liters", "fat", "protein"],
            order="end",
        )
        hours = milkings.grouped(lambda m: m.end.replace(minute=0, second=0))
        return [
            {
                "timestamp": hour.replace(tzinfo=timezone.utc).isoformat(),
                "volume": round(sum(of_hour.mapped("liters")), 2),
                "sessions": len(of_hour),
                **_contents(of_hour),
            }
            for hour, of_hour in hours.items()
        ]


def _contents(rows):
    return {
        "avg_fat": rounded(_by_volume(rows, "fat")),
        "avg_protein": rounded(_by_volume(rows, "protein")),
    }


def _by_volume(rows, name):
    """A litre counts, not a milking; Odoo reads what was not measured as 0."""
    known = rows.filtered(lambda row: row[name] and row.liters)
    liters = sum(known.mapped("liters"))
    return sum(row[name] * row.liters for row in known) / liters if liters else None


def _midnight(day, zone):
    local = datetime.combine(day, datetime.min.time(), zone)
    return local.astimezone(timezone.utc).isoformat()
