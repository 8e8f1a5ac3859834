from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..milking.grade import NOT_KNOWN, grade
from ..milking.session import geometric_mean

_DAYS = 30  # of a report that names no span, as in the specification


class IotMilkQuality(models.Model):
    """A farm's milk of one day and its grade: a row, made anew when a milking changes.

    By volume: a litre counts, not a milking. What nobody measured is NULL, and N/A.
    """

    _name = "iot.milk.quality"
    _description = "Daily Milk Quality"
    _order = "day desc, farm_id"
    _rec_name = "day"
    _log_access = False

    farm_id = fields.Many2one(
        "farm.farm", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="farm_id.company_id", store=True)
    day = fields.Date(required=True, readonly=True)
    liters = fields.Float(string="Litres", digits=(16, 1), readonly=True)
    session_count = fields.Integer(string="Milkings", readonly=True)
    animal_count = fields.Integer(
        string="Animals Milked", readonly=True, aggregator="avg"
    )
    fat = fields.Float(
        string="Fat (%)", digits=(16, 2), readonly=True, aggregator="avg"
    )
    protein = fields.Float(
        string="Protein (%)", digits=(16, 2), readonly=True, aggregator="avg"
    )
    scc = fields.Integer(
        string="Somatic Cells (per mL)",
        readonly=True,
        aggregator="avg",
        help="The geometric mean, by volume.",
    )
    conductivity = fields.Float(
        string="Conductivity (mS/cm)", digits=(16, 2), readonly=True, aggregator="avg"
    )
    points = fields.Float(digits=(16, 0), readonly=True, aggregator="avg")
    grade = fields.Char(
        readonly=True, help="N/A: fat, protein or somatic cells were not measured."
    )

    _farm_day_unique = models.Constraint("UNIQUE(farm_id, day)")

    @api.depends("farm_id", "day")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.farm_id.name}, {row.day}"

    @api.model
    def _refresh(self, days):
        """Make these anew, of the milkings that are over.

        :param days: set of ``(farm id, date)``
        """
        days = {(farm, day) for farm, day in days if farm and day}
        if not days:
            return
        asked = SQL(", ").join(SQL("(%s, %s)", *pair) for pair in sorted(days))
        self.env["iot.milking.session"].flush_model()
        self.flush_model()
        # Raw SQL: sums by volume, NULL where nothing was measured.
        self.env.cr.execute(SQL(_UPSERT, asked=asked))
        ids = [record_id for (record_id,) in self.env.cr.fetchall()]
        self.env.cr.execute(SQL(_DELETE, asked=asked))
        self.invalidate_model()
        self.browse(ids)._grade()

    @api.model
    def _grade_again(self, farms):
        """How these farms grade has changed."""
        # sudo - iot.milk.quality: nobody writes it by hand.
        self.sudo().search([("farm_id", "in", farms.ids)])._grade()

    def _grade(self):
        graded = {}
        for farm, rows in self.grouped("farm_id").items():
            # sudo - iot.milk.scoring: of whichever company the farm is.
            scheme = self.env["iot.milk.scoring"].sudo()._for_farm(farm)._to_scheme()
            for row in rows:
                told = grade(scheme, row.fat, row.protein, row.scc)
                if told != (row.grade, row.points if row.grade != NOT_KNOWN else None):
                    graded.setdefault(told, []).append(row.id)
        for (name, points), ids in graded.items():
            # Raw SQL: no points is NULL, and in no average.
            self.env.cr.execute(
                SQL(
                    "UPDATE iot_milk_quality SET grade = %s, points = %s"
                    " WHERE id = ANY(%s)",
                    name,
                    points,
                    ids,
                )
            )
        self.invalidate_model(["grade", "points"])

    @api.model
    def get_quality_report(self, farm_id=None, start_date=None, end_date=None):
        """The specification's report (Day 259, ``/milk/quality-report``).

        :param farm_id: a farm's id; None for all that one may see, in one
        :param start_date, end_date: dates, both included; None for the last 30 days
        :return: ``{start_date, end_date, report: [{date, avg_fat_percent, …}]}``
        """
        end = fields.Date.to_date(end_date) or fields.Date.context_today(self)
        start = fields.Date.to_date(start_date) or end - timedelta(days=_DAYS)
        domain = [("day", ">=", start), ("day", "<=", end)]
        if farm_id:
            domain.append(("farm_id", "=", farm_id))
        rows = self.search(domain, order="day")
        return {
            "start_date": start.isoformat(),
            "end_date": end.isoformat(),
            "report": [
                of_day._to_report(day) for day, of_day in rows.grouped("day").items()
            ],
        }

    def _to_report(self, day):
        """One line of the report, of one or several farms."""
        fat, protein, conductivity = (
            self._by_volume(name) for name in ("fat", "protein", "conductivity")
        )
        scc = geometric_mean(self.mapped("scc"), self.mapped("liters"))
        # sudo - iot.milk.scoring: of whichever company the farm is.
        scoring = self.env["iot.milk.scoring"].sudo()._for_farm(self.farm_id[:1])
        told = (
            self.grade
            if len(self) == 1
            else grade(scoring._to_scheme(), fat, protein, scc)[0]
        )
        return {
            "date": day.isoformat(),
            "avg_fat_percent": round(fat or 0, 2),
            "avg_protein_percent": round(protein or 0, 2),
            "avg_scc": round(scc or 0),
            "avg_conductivity": round(conductivity or 0, 2),
            "total_volume_liters": round(sum(self.mapped("liters")), 2),
            "animals_milked": sum(self.mapped("animal_count")),
            "quality_grade": told,
        }

    def _by_volume(self, name):
        known = self.filtered(lambda row: row[name] and row.liters)
        volume = sum(known.mapped("liters"))
        return volume and sum(row[name] * row.liters for row in known) / volume


_UPSERT = """
INSERT INTO iot_milk_quality (farm_id, company_id, day, liters, session_count,
       animal_count, fat, protein, conductivity, scc)
SELECT farm_id, min(company_id), day, sum(liters), count(*),
       count(DISTINCT coalesce(animal_id::text, animal_tag, '#' || animal_number)),
       sum(fat * liters) / nullif(sum(liters) FILTER (WHERE fat IS NOT NULL), 0),
       sum(protein * liters)
           / nullif(sum(liters) FILTER (WHERE protein IS NOT NULL), 0),
       sum(conductivity * liters)
           / nullif(sum(liters) FILTER (WHERE conductivity IS NOT NULL), 0),
       round(exp((sum(ln(scc) * liters) FILTER (WHERE scc > 0)
           / nullif(sum(liters) FILTER (WHERE scc > 0), 0))::float8))
  FROM iot_milking_session
 WHERE (farm_id, day) IN (VALUES %(asked)s) AND state <> 'running'
 GROUP BY farm_id, day
    ON CONFLICT (farm_id, day) DO UPDATE
   SET (company_id, liters, session_count, animal_count, fat, protein, conductivity,
        scc) = (EXCLUDED.company_id, EXCLUDED.liters, EXCLUDED.session_count,
        EXCLUDED.animal_count, EXCLUDED.fat, EXCLUDED.protein, EXCLUDED.conductivity,
        EXCLUDED.scc)
RETURNING id
"""
_DELETE = """
DELETE FROM iot_milk_quality AS quality
 WHERE (farm_id, day) IN (VALUES %(asked)s)
   AND NOT EXISTS (SELECT FROM iot_milking_session AS milking
                    WHERE milking.farm_id = quality.farm_id
                      AND milking.day = quality.day AND milking.state <> 'running')
"""
