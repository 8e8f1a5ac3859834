from odoo import api, models
from odoo.fields import Domain

from ..schemas.live import to_alert_message


class IotAlert(models.Model):
    _inherit = "iot.alert"

    @api.model
    def _list_for_app(self, query):
        """The alerts one may see, open ones first, and how many there are in all.

        Not acknowledged are those that still wait for somebody; acknowledged those
        that somebody has seen, also when they have ended since.

        :param query: :class:`~..schemas.alert.ListAlerts`
        """
        domain = Domain.TRUE
        if query.device_id is not None:
            device = self.env["iot.device"]._by_reference(query.device_id)
            domain &= Domain("device_id", "in", device.ids)
        if query.severity is not None:
            domain &= Domain("severity", "=", query.severity)
        if query.state is not None:
            domain &= Domain("state", "=", query.state)
        if query.acknowledged is True:
            domain &= Domain("acknowledged_at", "!=", False)
        if query.acknowledged is False:
            domain &= Domain("state", "=", "new")
        alerts = self.search(domain, limit=query.limit, offset=query.offset)
        return alerts, self.search_count(domain)

    def _send_to(self, audiences):
        super()._send_to(audiences)
        for farm, alerts in self.grouped("farm_id").items():
            if farm.id in audiences["apps"]:
                farm._tell_apps([to_alert_message(a._to_bus()) for a in alerts])
