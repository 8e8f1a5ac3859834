from odoo.tests import tagged

from .sensor_reading import GroupTests, SearchTests, SensorReadingCase


@tagged("post_install", "-at_install")
class TestSensorReading(SearchTests, GroupTests, SensorReadingCase):
    """Over the embedded store."""
