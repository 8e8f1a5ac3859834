from odoo.http import Controller, request

from .. import schemas
from .routes import get


class Dashboard(Controller):
    @get("/api/v1/iot/dashboard/summary")
    def get_summary(self):
        summary = request.env["farm.farm"]._get_dashboard_summary()
        return schemas.to_dashboard_summary(**summary)
