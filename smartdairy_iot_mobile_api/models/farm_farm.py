from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

_RECENT = timedelta(hours=1)


class FarmFarm(models.Model):
    _inherit = "farm.farm"

    @api.model
    def _get_dashboard_summary(self):
        """Figures over the active devices of all farms one may see."""
        devices = self.env["iot.device"]
        active = [("state", "=", "active")]
        waiting = self.env["iot.alert"]._read_group(
            [("state", "=", "new")], ["severity"], ["__count"]
        )
        return {
            "total": devices.search_count(active),
            "online": devices.search_count([*active, ("is_online", "=", True)]),
            "alerts_by_severity": dict(waiting),
            "avg_temperature": self._average_temperature(),
            "total_milk_today": sum(self.search([])._liters_today().values()),
        }

    @api.model
    def _average_temperature(self):
        """Mean of what each thermometer said last, if in the last hour, or None."""
        states = self.env["iot.device.state"]
        query = states._search(
            [
                ("device_id.device_type", "=", "temperature"),
                ("device_id.state", "=", "active"),
                ("value_time", ">=", fields.Datetime.now() - _RECENT),
            ]
        )
        # Raw SQL: the ORM does not aggregate inside a Json field. Access rights and
        # record rules are in the query.
        values = states._field_to_sql(query.table, "last_values", query)
        average = SQL("avg((%s ->> 'temperature')::double precision)", values)
        return self.env.execute_query(query.select(average))[0][0]
