from odoo.tests import tagged

from .sensor_reading import SearchTests, SensorReadingCase
from .sensor_reading_group import GroupTests


@tagged("post_install", "-at_install")
class TestSensorReading(SearchTests, GroupTests, SensorReadingCase):
    """Over the embedded store."""
