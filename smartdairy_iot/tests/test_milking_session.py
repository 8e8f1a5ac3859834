import uuid
from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.tests import tagged

from ..ingest.message import Sample
from ..models import iot_milking_build
from .common import IotCase, LineCase
from .milk_meter import MilkMeterCase

# A summer morning in Amsterdam: 06:00 there.
DAWN = datetime(2026, 7, 6, 4, 0, tzinfo=timezone.utc)


def _milking(session, animal, start, length):
    """``[(session, animal, kind, minutes, values)]``: a litre each minute."""
    readings = [
        (session, animal, "reading", start + n + 0.5, {"volume": 1.0})
        for n in range(length)
    ]
    end = start + length, {"volume": length + 0.25}
    return [
        (session, animal, "session_start", start, {}),
        *readings,
        (session, animal, "session_end", *end),
    ]


@tagged("post_install", "-at_install")
class TestMilkingSession(MilkMeterCase, IotCase):
    def test_start_readings_and_end_are_one_milking(self):
        self.milk(
            ("session_start", 0),
            ("reading", 1, {"volume": 4.0, "flow_rate": 4.2, "conductivity": 5.0}),
            ("reading", 2, {"volume": 5.0, "flow_rate": 4.8, "conductivity": 5.4}),
            ("session_end", 3, {"volume": 9.1}),
        )
        session = self.the_one()
        self.assertEqual(
            (session.animal_id, session.farm_id, session.stall_id),
            (self.bella, self.farm, self.stall),
        )
        self.assertEqual((session.liters, session.measured_liters), (9.1, 9.0))
        self.assertEqual((session.state, session.closed_by), ("closed", "end"))
        self.assertEqual((session.duration, session.peak_flow), (3.0, 4.8))
        self.assertAlmostEqual(session.conductivity, 5.2, 5)
        self.assertEqual((session.day, session.milking), (date(2026, 7, 6), "morning"))
        self.assertFalse(session.is_late)

    def test_what_nobody_measured_is_in_no_average(self):
        self.milk(("reading", 0, {"volume": 4.0, "fat_percent": 4.0}))
        self.milk(("reading", 60, {"volume": 4.0}), session="T")
        ((fat, peak),) = self.sessions._read_group(
            [("device_id", "=", self.meter.id)], [], ["fat:avg", "peak_flow:max"]
        )
        self.assertEqual((fat, peak), (4.0, False))

    def test_a_milking_grows_while_it_runs_and_stays_the_same_record(self):
        self.milk(("session_start", 0), at=0)
        first = self.the_one()
        self.assertEqual((first.state, first.liters), ("running", 0.0))
        self.milk(("reading", 1, {"volume": 4.0}), at=1)
        self.milk(("session_end", 2), at=2)
        session = self.the_one()
        self.assertEqual((session.id, session.liters), (first.id, 4.0))
        self.assertEqual(session.state, "closed")

    def test_it_is_closed_by_silence_without_any_message(self):
        self.milk(("session_start", 0), ("reading", 1, {"volume": 4.0}), at=1)
        with self.at(10):
            self.sessions._build_marked()
        self.assertEqual(self.the_one().state, "running")
        with self.at(12):
            self.sessions._build_marked()
        session = self.the_one()
        self.assertEqual((session.state, session.closed_by), ("incomplete", "silence"))

    def test_it_is_closed_when_the_next_begins(self):
        self.milk(("session_start", 0), ("reading", 1, {"volume": 4.0}), at=1)
        self.milk(("session_start", 3), session="T", at=3)
        first, second = self.sorted_sessions()
        self.assertEqual((first.state, first.closed_by), ("incomplete", "next"))
        self.assertEqual(second.state, "running")

    def test_a_late_end_completes_what_silence_had_closed(self):
        self.milk(("session_start", 0), ("reading", 1, {"volume": 4.0}))
        self.assertEqual(self.the_one().state, "incomplete")
        self.milk(("session_end", 5, {"volume": 9.0}), delay=timedelta(hours=2))
        session = self.the_one()
        self.assertEqual((session.state, session.closed_by), ("closed", "end"))
        self.assertEqual((session.liters, session.is_late), (9.0, True))
        self.assertAlmostEqual(session.delay_minutes, 120.0, 3)

    def test_messages_shuffled_over_runs_make_the_same_milkings(self):
        told = [
            ("session_start", 0),
            ("reading", 1, {"volume": 4.0, "scc": 100_000}),
            ("reading", 2, {"volume": 5.0, "scc": 400_000}),
            ("session_end", 3, {"volume": 9.5}),
        ]
        for message in (told[3], told[1], told[1], told[0], told[2], told[3]):
            self.milk(message)
        session = self.the_one()
        self.assertEqual((session.liters, session.measured_liters), (9.5, 9.0))
        self.assertEqual((session.scc, session.message_count), (200_000, 4))

    def test_no_order_and_no_division_into_runs_makes_a_difference(self):
        """As the pure tests, through store and table; some messages are lost."""
        told = [
            *_milking("S", 7, 0, 4),
            *_milking("S", 8, 6, 5),  # the id is used again at once
            *_milking("T", 9, 30, 20),
            *_milking(None, 7, 60, 3),
            *_milking(None, 8, 64, 3),
            *_milking("S", 7, 400, 4),
        ]

        @settings(max_examples=20, deadline=None, database=None)
        @given(st.randoms(use_true_random=False))
        def check(dice):
            arrived = [message for message in told if dice.random() < 0.85]
            at_once, in_runs = (
                self.make_meter(f"M-{uuid.uuid4().hex[:12]}") for _n in range(2)
            )
            self.put(at_once, arrived)
            late = arrived + dice.choices(arrived, k=5)
            dice.shuffle(late)
            while late:
                size = dice.randint(1, 9)
                self.put(in_runs, late[:size])
                del late[:size]
            self.assertEqual(self.told(in_runs), self.told(at_once))

        check()

    def put(self, meter, messages):
        for session, animal, kind, minutes, values in messages:
            self.milk(
                (kind, minutes, values),
                meter=meter,
                session=session,
                animal=animal,
                build=False,
            )
        self.sessions._build_marked()

    def told(self, meter):
        names = ["session_ref", "animal_number", "start", "end", "state", "closed_by"]
        names += ["has_start", "has_end", "liters", "message_count", "day"]
        found = self.sorted_sessions(meter).read(names, load=None)
        rows = [tuple(row[name] for name in names) for row in found]
        return sorted(rows, key=str)

    def test_two_milkings_that_a_late_message_joins_become_one(self):
        self.milk(("reading", 0, {"volume": 4.0}))
        self.milk(("reading", 15, {"volume": 5.0}))
        self.assertEqual(len(self.sorted_sessions()), 2)
        self.milk(("reading", 8, {"volume": 1.0}))
        self.assertEqual(self.the_one().liters, 10.0)

    def test_to_build_again_changes_nothing(self):
        self.milk(("session_start", 0), ("session_end", 3, {"volume": 9.0}))
        before = self.sorted_sessions().read()
        self.meter._build_milkings_again()
        self.sessions._build_marked()
        self.assertEqual(self.sorted_sessions().read(), before)

    def test_marks_are_forgotten_only_when_milkings_are_made(self):
        self.milk(("session_start", 0), build=False)
        builder = iot_milking_build._Builder
        with (
            patch.object(builder, "run", side_effect=ZeroDivisionError),
            self.assertRaises(ZeroDivisionError),
        ):
            self.sessions._build_marked()
        self.sessions._build_marked()
        self.assertEqual(len(self.the_one()), 1)
        self.assertEqual(self.store._milking_marks(10), ([], []))

    def test_the_newest_quarters_are_made_first(self):
        for hours in (0, 5, 3):
            start = DAWN + timedelta(hours=hours)
            self.milk(("session_start", 0), start=start, build=False)
        _ids, quarters = self.store._milking_marks(2)
        found = sorted(bucket for bucket, _devices in quarters)
        self.assertEqual(found, [DAWN + timedelta(hours=h) for h in (3, 5)])

    def test_it_outlives_its_readings_whatever_comes_late(self):
        self.milk(("session_start", 0), ("session_end", 3, {"volume": 9.0}))
        self.env.cr.execute("DELETE FROM milk_meter_readings")  # as retention does
        self.env.cr.execute(
            "INSERT INTO retention_horizon VALUES ('milk_meter_readings', %s)",
            [DAWN + timedelta(hours=1)],
        )
        self.milk(("reading", 2, {"volume": 1.0}))
        self.milk(("reading", 2.5, {"volume": 7.0}), session="T")
        self.assertEqual(self.sorted_sessions().mapped("liters"), [9.0, 7.0])

    # Volumes -------------------------------------------------------------------------

    def test_the_profile_says_what_a_volume_is(self):
        for volume, expected in (("delta", 21.0), ("milking", 9.0), ("counter", 8.0)):
            profile = self.make_profile(milk_volume=volume)
            meter = self.make_meter(f"M-{volume}", profile_id=profile.id)
            said = [("reading", n, {"volume": v}) for n, v in enumerate([1.0, 5, 6, 9])]
            self.milk(*said, meter=meter)
            self.assertEqual(self.the_one(meter).liters, expected, volume)

    def test_a_counter_goes_on_from_the_milking_before(self):
        profile = self.make_profile(milk_volume="counter")
        meter = self.make_meter("M-2", profile_id=profile.id)
        self.milk(("reading", 60, {"volume": 1021.0}), meter=meter, session="T")
        self.assertFalse(self.sorted_sessions(meter), "it stands still")
        self.milk(
            ("session_start", 0, {"volume": 1000.0}),
            ("reading", 5, {"volume": 1012.0}),
            meter=meter,
        )
        told = [(s.session_ref, s.liters) for s in self.sorted_sessions(meter)]
        self.assertEqual(told, [("S", 12.0), ("T", 9.0)])

    def test_another_declaration_makes_the_milkings_of_last_week_anew(self):
        profile = self.make_profile()
        meter = self.make_meter("M-2", profile_id=profile.id)
        start = datetime.now(timezone.utc) - timedelta(days=2)
        said = [("reading", n, {"volume": v}) for n, v in enumerate([2.0, 4.0])]
        self.milk(*said, meter=meter, start=start)
        self.assertEqual(self.the_one(meter).liters, 6.0)
        profile.milk_volume = "milking"
        self.sessions._build_marked()
        self.assertEqual(self.the_one(meter).liters, 4.0)

    def test_a_value_that_is_the_probes_fault_is_not_believed(self):
        self.milk(
            ("reading", 0, {"volume": 4.0, "conductivity": 5.0}),
            ("reading", 1, {"volume": 5.0, "conductivity": 85.0}),
            faults={"conductivity": "probe_error"},
        )
        self.assertEqual(self.the_one().conductivity_max, 5.0)

    # Animals and places --------------------------------------------------------------

    def test_an_animal_that_is_entered_later_gets_its_milk(self):
        self.milk(("reading", 0, {"volume": 4.0}), animal=99)
        session = self.the_one()
        self.assertEqual((session.animal_id.id, session.animal_number), (False, 99))
        animal = self.make_animal(99)
        self.assertEqual(session.animal_id, animal)
        self.meter._build_milkings_again()
        self.sessions._build_marked()
        self.assertEqual(self.the_one().animal_id, animal)

    def test_an_animal_is_found_by_its_ear_tag(self):
        self.bella.ear_tag = "NL 123"
        self.milk(("reading", 0, {"volume": 4.0}), animal=None, tag="NL 123")
        self.assertEqual(self.the_one().animal_id, self.bella)

    def test_what_was_milked_stays_with_the_animal_whose_number_has_changed(self):
        self.milk(("reading", 0, {"volume": 4.0}))
        self.bella.number = 1007
        self.meter._build_milkings_again()
        self.sessions._build_marked()
        self.assertEqual(self.the_one().animal_id, self.bella)

    def test_a_milking_stays_at_the_stall_where_it_was(self):
        self.milk(("reading", 0, {"volume": 4.0}))
        other = self.env["farm.stall"].create({"name": "2", "farm_id": self.farm.id})
        self.meter.stall_id = other
        self.meter._build_milkings_again()
        self.sessions._build_marked()
        self.assertEqual(self.the_one().stall_id, self.stall)

    def test_a_day_is_the_farms_also_when_its_clocks_change(self):
        # 2026-03-29: 22:30 UTC is 00:30 of the 30th in summer time; a day before it
        # was 23:30 of the 28th.
        for day in (28, 29):
            night = datetime(2026, 3, day, 22, 30, tzinfo=timezone.utc)
            self.milk(("reading", 0, {"volume": 4.0}), start=night)
        days = self.sorted_sessions().mapped("day")
        self.assertEqual(days, [date(2026, 3, 28), date(2026, 3, 30)])

    def test_another_time_zone_puts_the_milkings_on_their_days(self):
        self.milk(("reading", 0, {"volume": 4.0}))
        self.farm.tz = "America/Los_Angeles"
        session = self.the_one()
        self.assertEqual((session.day, session.milking), (date(2026, 7, 5), "evening"))
        quality = self.env["iot.milk.quality"].search([("farm_id", "=", self.farm.id)])
        self.assertEqual(quality.mapped("day"), [date(2026, 7, 5)])

    def test_today_is_each_farms_own(self):
        now = datetime.now(timezone.utc)
        ahead, behind = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # 25 hours apart
        other = self.env["farm.farm"].create({"name": "Other", "tz": behind})
        self.farm.tz = ahead
        meters = self.meter, self.make_meter("M-2", farm_id=other.id)
        for meter in meters:
            self.milk(("reading", 0, {"volume": 4.0}), meter=meter, start=now)
        mine = [("device_id", "in", [meter.id for meter in meters])]
        today = self.sessions.search([*mine, ("is_today", "=", True)])
        self.assertEqual(len(set(today.mapped("day"))), 2)
        self.assertEqual(today.mapped("is_today"), [True, True])
        self.assertFalse(self.sessions.search([*mine, ("is_today", "=", False)]))

    def test_only_those_see_it_who_see_the_farm(self):
        self.milk(("reading", 0, {"volume": 4.0}))
        milker = self.make_user("milker", "smartdairy_iot.group_iot_user")
        stranger = self.make_user("stranger", "smartdairy_iot.group_iot_user")
        self.farm.user_ids = milker
        seen = self.sessions.with_user(milker).search([("farm_id", "=", self.farm.id)])
        self.assertEqual(len(seen), 1)
        self.assertFalse(
            self.sessions.with_user(stranger).search([("farm_id", "=", self.farm.id)])
        )

    def test_a_meter_that_is_not_registered_makes_no_milking(self):
        sample = Sample("M-X", "milk_meter", DAWN, DAWN, {"volume": 1.0})
        sample.metadata = {"type": "reading", "session_id": "S", "animal_id": 7}
        self.store._insert([sample])
        self.sessions._build_marked()
        self.assertFalse(self.sessions.search([("session_ref", "=", "S")]))


@tagged("post_install", "-at_install")
class TestMilkingWakes(MilkMeterCase, LineCase):
    def triggers(self):
        cron = self.env.ref("smartdairy_iot.ir_cron_build_milkings")
        return self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])

    def test_a_milk_meters_messages_wake_the_builder_once(self):
        self.triggers().unlink()
        for second in range(3):
            self.publish(
                {"type": "reading", "session_id": "S", "volume": 0.1 + second},
                "M-1",
                "milk_meter",
            )
            self.run_line()
        self.assertEqual(len(self.triggers()), 1)
        self.sessions._build_marked()
        self.assertEqual(self.the_one().state, "running")

    def test_a_temperature_wakes_it_not(self):
        self.triggers().unlink()
        self.publish({"temperature": 3.0})
        self.run_line()
        self.assertFalse(self.triggers())
