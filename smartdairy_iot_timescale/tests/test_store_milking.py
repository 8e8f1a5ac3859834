from odoo.tests import tagged

from odoo.addons.smartdairy_iot.tests.milking import MilkingCase
from odoo.addons.smartdairy_iot.tests.rollup import RollupData

from .rollup import TimescaleCase


@tagged("post_install", "-at_install")
class TestTimescaleMilking(MilkingCase, RollupData, TimescaleCase):
    """The same milkings, in whichever edition the server has."""
