from odoo import api, models

from odoo.addons.smartdairy_iot.ingest.codec.number import unit_of

from ..parameters import is_reference, to_record_id

# The one value that the app shows beside the device's name.
_MAIN_READING = {
    "temperature": "temperature",
    "milk_meter": "volume",
    "ph_sensor": "ph",
    "flow_sensor": "flow_rate",
    "humidity": "humidity",
    "pressure": "pressure",
}


class IotDevice(models.Model):
    _inherit = "iot.device"

    @api.model
    def _by_reference(self, reference):
        """The device with that device ID, else the one with that record id, if any."""
        if not is_reference(reference):
            return self.browse()
        return self.search([("device_id", "=", reference)]) or self.search(
            [("id", "=", to_record_id(reference))]
        )

    def _main_reading(self):
        """``(value, unit)`` of the newest reading; both None when there is none."""
        self.ensure_one()
        reading_type = _MAIN_READING.get(self.device_type)
        value = (self.live_ids.last_values or {}).get(reading_type)
        return (None, None) if value is None else (value, unit_of(reading_type))
