from odoo import fields
from odoo.tests import HttpCase

from .common import IotCase


class TourCase(HttpCase):
    """A farm with two devices, at which somebody looks."""

    make_device = classmethod(IotCase.make_device.__func__)
    make_alert = classmethod(IotCase.make_alert.__func__)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.farm = cls.env["farm.farm"].create({"name": "Tour Farm", "tz": "UTC"})
        cls.sensor = cls.make_device("TOUR-1", name="Tour tank")
        cls.other = cls.make_device("TOUR-2", name="Tour second")
        cls.now = fields.Datetime.now()

    def start_tour(self, url_path, tour_name, **how):
        """Whoever comes first has the styles compiled, perhaps on a busy machine."""
        return super().start_tour(url_path, tour_name, **{"timeout": 240} | how)

    @classmethod
    def make_state(cls, device, values, **vals):
        """The device says that right now."""
        # sudo - iot.device.state: only the listener's transactions write it.
        cls.env["iot.device.state"].sudo().create(
            {
                "device_id": device.id,
                "last_values": values,
                "last_seen": cls.now,
                "value_time": cls.now,
                "is_online": True,
                **vals,
            }
        )

    def store(self, celsius_at):
        """:param celsius_at: ``{(device ID, aware time): °C}``"""
        self.env["iot.store"]._insert(
            [
                IotCase.sample(celsius, at, device)
                for (device, at), celsius in celsius_at.items()
            ]
        )
