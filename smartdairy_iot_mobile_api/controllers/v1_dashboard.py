from odoo.http import Controller, request

from ..parameters import to_record_id
from ..schemas import dashboard as schemas
from ..schemas import device as devices
from .routes import get
from .v1_devices import find_device


class Dashboard(Controller):
    @get("/dashboard/summary", schemas.DashboardSummary)
    def get_summary(self):
        """Counts of devices and alerts, and today's milk"""
        summary = request.env["farm.farm"]._get_dashboard_summary()
        return schemas.to_dashboard_summary(**summary)

    @get(
        "/dashboard/devices/status",
        devices.DeviceStatusList,
        query=devices.ListStatus,
    )
    def list_device_status(self, query):
        """Which devices are online, and what they say now"""
        return {"devices": request.env["iot.device"]._status_for_app(query)}

    @get(
        "/dashboard/temperature/chart",
        schemas.TemperatureChart,
        query=schemas.ChartQuery,
        errors=(404, 503),
    )
    def get_temperature_chart(self, query):
        """Average, minimum and maximum over time

        In buckets of 1, 5 or 15 minutes, 1 or 6 hours.
        """
        return find_device(query.device_id)._temperature_chart(query.period)

    @get(
        "/dashboard/milk/production",
        schemas.MilkProduction,
        query=schemas.ProductionQuery,
    )
    def get_milk_production(self, query):
        """Litres, milkings, fat and protein

        By the hour of the last 24, or by the farm's own days. A milking counts when it
        is over. Hours and days without one are absent.
        """
        farm_id = None if query.farm_id is None else to_record_id(query.farm_id)
        milkings = request.env["iot.milking.session"]
        data = milkings._production_for_app(farm_id, query.period)
        return {"period": query.period, "data": data}
