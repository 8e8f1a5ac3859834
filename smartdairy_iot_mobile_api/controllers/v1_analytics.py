from odoo.http import Controller, request

from ..errors import InvalidParameterError
from ..parameters import to_record_id
from ..schemas import analytics as schemas
from .routes import get


class Analytics(Controller):
    @get(
        "/analytics/temperature/trends",
        schemas.TemperatureTrends,
        query=schemas.TrendsQuery,
        errors=(503,),
    )
    def get_temperature_trends(self, query):
        """Average, minimum and maximum of each day, and what was unusual

        Each hour is compared with the same hour of the 28 days before.
        """
        trends, anomalies = request.env["iot.device"]._temperature_trends(
            query.device_ids, query.location_type, query.days
        )
        return {"period_days": query.days, "trends": trends, "anomalies": anomalies}

    @get(
        "/analytics/milk/quality-report",
        schemas.QualityReport,
        query=schemas.QualityQuery,
    )
    def get_quality_report(self, query):
        """Fat, protein, somatic cells and grade of each day

        By volume; 0 where nothing was measured.
        """
        start, end = query.start_date, query.end_date
        if start and end and start > end:
            raise InvalidParameterError(
                "start_date", "start_date: must not be after end_date."
            )
        farm_id = None if query.farm_id is None else to_record_id(query.farm_id)
        report = request.env["iot.milk.quality"]
        return report._report_for_app(farm_id, start, end)
