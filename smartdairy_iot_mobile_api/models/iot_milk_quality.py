from odoo import api, models

from odoo.addons.smartdairy_iot.zone import to_zone


class IotMilkQuality(models.Model):
    _inherit = "iot.milk.quality"

    @api.model
    def _report_for_app(self, farm_id, start, end):
        """The report of the days, by the farm's calendar, in which these times are.

        :param farm_id: of one farm, None for all that one may see
        :param start, end: aware datetimes or None
        """
        farms = self.env["farm.farm"].search([("id", "=", farm_id or 0)])
        tz = farms.tz or self.env.user.tz or "UTC"
        zone = to_zone(tz)
        days = (time and time.astimezone(zone).date() for time in (start, end))
        # A farm that one may not see has the id of no farm at all.
        farm_id = None if farm_id is None else farms.id or -1
        return self.with_context(tz=tz).get_quality_report(farm_id, *days)
