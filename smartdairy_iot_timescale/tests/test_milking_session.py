import uuid
from datetime import datetime, timedelta, timezone

from odoo.tests import tagged

from odoo.addons.smartdairy_iot.tests.common import IotCase
from odoo.addons.smartdairy_iot.tests.milk_meter import MilkMeterCase


@tagged("post_install", "-at_install")
class TestMilkingSession(MilkMeterCase, IotCase):
    """Milkings of messages that another database has: marks and all."""

    def setUp(self):
        super().setUp()
        # What a dedicated cursor has committed stays: a meter for each test.
        self.meter = self.make_meter(f"TS-{uuid.uuid4().hex[:12]}")
        self.addCleanup(self.forget_meter)
        self.start = datetime.now(timezone.utc) - timedelta(hours=3)

    def forget_meter(self):
        with self.store._cursor() as cr:
            cr.execute(
                "DELETE FROM milk_meter_readings WHERE device_id = %s",
                [self.meter.device_id],
            )

    def test_messages_shuffled_over_runs_make_one_milking(self):
        for message in (
            ("session_end", 3, {"volume": 9.5}),
            ("reading", 2, {"volume": 5.0, "conductivity": 5.5}),
            ("session_start", 0),
            ("reading", 1, {"volume": 4.0, "conductivity": 5.0}),
            ("reading", 2, {"volume": 5.0, "conductivity": 5.5}),
        ):
            self.milk(message, start=self.start)
        session = self.the_one()
        self.assertEqual((session.liters, session.measured_liters), (9.5, 9.0))
        self.assertEqual((session.state, session.message_count), ("closed", 4))
        self.assertAlmostEqual(session.conductivity, 5.25, 5)

    def test_a_counter_goes_on_from_what_it_showed_before(self):
        self.meter.profile_id = self.make_profile(milk_volume="counter")
        self.milk(("reading", 0, {"volume": 1000.0}), start=self.start, session="S")
        self.milk(("reading", 60, {"volume": 1009.0}), start=self.start, session="T")
        self.assertEqual(self.the_one().liters, 9.0)

    def test_marks_are_forgotten_there_when_the_milkings_are_made_here(self):
        self.milk(("session_start", 0), start=self.start)
        ids, quarters = self.store._milking_marks(10)
        mine = [d for _bucket, d in quarters if d and self.meter.device_id in d]
        self.assertEqual((mine, ids), ([], []))
