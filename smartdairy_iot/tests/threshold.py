from .common import IotCase


class ThresholdCase(IotCase):
    @classmethod
    def make(cls, **vals):
        """A rule; of temperatures over 50 °C unless told otherwise."""
        values = {"name": "Mine", "reading_type": "temperature", "max_value": 50.0}
        return cls.env["iot.threshold"].create({**values, **vals})
