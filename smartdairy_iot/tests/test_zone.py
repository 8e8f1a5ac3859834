import logging
from datetime import datetime, timedelta

import pytz

from odoo.tests import BaseCase, tagged

from ..zone import _of_pytz, to_zone

SUMMER, WINTER = datetime(2026, 7, 1, 12), datetime(2026, 1, 1, 12)


@tagged("post_install", "-at_install")
class TestZone(BaseCase):
    def test_every_name_that_a_farm_may_choose_is_a_zone(self):
        with self.assertNoLogs("odoo.addons.smartdairy_iot.zone", logging.ERROR):
            for name in pytz.all_timezones:
                self.assertEqual(str(to_zone(name)), name)

    def test_a_name_that_the_server_has_no_more_is_found_in_what_pytz_brings(self):
        for name in ("Asia/Calcutta", "US/Eastern", "Europe/Amsterdam"):
            found, known = _of_pytz(name), to_zone(name)
            for time in (SUMMER, WINTER):
                self.assertEqual(found.utcoffset(time), known.utcoffset(time))

    def test_a_name_that_nobody_knows_stops_nothing(self):
        with self.assertLogs("odoo.addons.smartdairy_iot.zone", logging.ERROR) as log:
            zone = to_zone("Mars/Olympus_Mons")
        self.assertEqual(zone.utcoffset(SUMMER), timedelta())
        self.assertIn("Mars/Olympus_Mons", log.output[0])
