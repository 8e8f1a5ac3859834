from datetime import timedelta

from odoo import models

from ..milking.yields import compare
from .farm_farm import to_iso

_BEFORE = 30  # days of which the average before the first one is made
_MOST_DAYS = 366
_MOST_SESSIONS = 60


class FarmAnimal(models.Model):
    """An animal's page on the milking board."""

    _inherit = "farm.animal"

    def get_milking_history(self, days=30):
        """
        :return: ``{id, name, days: [{day, liters, average, change}], sessions}`` of
            one animal; ``average`` is that of the days before, None if too few are
            known, ``liters`` None on a day on which it was not milked
        """
        self.ensure_one()
        self.check_access("read")
        days = max(1, min(int(days), _MOST_DAYS))
        today = self._local_day()
        first = today - timedelta(days=days - 1)
        rows = self.env["iot.milking.session"]._read_group(
            [
                ("animal_id", "=", self.id),
                ("day", ">=", first - timedelta(days=_BEFORE)),
            ],
            ["day:day"],
            ["liters:sum"],
        )
        by_day = dict(rows)
        shown = []
        for day in (first + timedelta(days=n) for n in range(days)):
            told = compare(
                {d: v for d, v in by_day.items() if day - d <= timedelta(_BEFORE)}, day
            )
            shown.append(
                {
                    "day": str(day),
                    "liters": told.liters,
                    "average": told.average,
                    # A day that goes on is not less milk.
                    "change": told.change if day < today else None,
                }
            )
        return {
            "id": self.id,
            "name": self.display_name,
            "attention": self.attention_reason or False,
            "days": shown,
            "sessions": self._last_sessions(),
        }

    def _last_sessions(self):
        sessions = self.env["iot.milking.session"].search(
            [("animal_id", "=", self.id)], limit=_MOST_SESSIONS
        )
        return [
            {
                "id": session.id,
                "start": to_iso(session.start),
                "meter": session.device_id.name,
                "state": session.state,
                "liters": session.liters,
                "duration": session.duration,
                "average_flow": session.average_flow,
                "conductivity": session.conductivity or None,
                "scc": session.scc or None,
            }
            for session in sessions
        ]
