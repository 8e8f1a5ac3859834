from odoo.http import Controller, request

from ..schemas import dashboard as schemas
from .routes import get


class Dashboard(Controller):
    @get("/dashboard/summary", schemas.DashboardSummary)
    def get_summary(self):
        """Counts of devices and alerts, and today's milk"""
        summary = request.env["farm.farm"]._get_dashboard_summary()
        return schemas.to_dashboard_summary(**summary)
