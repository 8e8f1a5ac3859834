from odoo import models

from ..ingest.topic import alert_topic


class IotAlert(models.Model):
    _inherit = "iot.alert"

    def _topic(self):
        """Where it is told over MQTT; a farm without a code goes by its number, a
        device without a farm by ``0``."""
        self.ensure_one()
        farm = self.farm_id.code or str(self.farm_id.id or 0)
        return alert_topic(farm, self.device_id.device_id)
