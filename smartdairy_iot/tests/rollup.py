"""What must hold of the rollups of each store."""

import uuid
from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from ..ingest.message import Fault, Sample
from ..rollup import ROLLUPS

# Yesterday: Community refreshes no further back than readings are kept.
NOW = datetime.now(timezone.utc).replace(hour=6, minute=0, second=0, microsecond=0)
NOW -= timedelta(days=1)
QUARTER_OF = "date_bin('15 minutes', time, TIMESTAMPTZ '2000-01-01 00:00+00')"

# (seconds, value, is it the probe's fault): of three hours, some at the same instant
readings = st.lists(
    st.tuples(st.integers(0, 3 * 3600), st.floats(-20, 40, width=16), st.booleans()),
    max_size=25,
)


class RollupData:
    """Mixed into a test case that has ``store``, ``rows`` and ``device_ids``."""

    def new_device(self):
        device_id = f"R-{uuid.uuid4().hex[:12]}"
        self.device_ids.append(device_id)
        return device_id

    def temperature(self, device_id, seconds, value=3.5, fault=False, **vals):
        at = NOW + timedelta(seconds=seconds)
        sample = Sample(device_id, "temperature", at, NOW, {"temperature": value})
        if fault:
            sample.faults = {"temperature": Fault.JUMP}
        for name, changed in vals.items():
            setattr(sample, name, changed)
        return sample

    def milk(self, device_id, seconds, values, kind="reading", animal=7, session="S"):
        said = {"type": kind, "session_id": session, "animal_id": animal}
        at = NOW + timedelta(seconds=seconds)
        return Sample(device_id, "milk_meter", at, NOW, values, metadata=said)


class RollupCase(RollupData):
    def rolled_up(self, rollup, device_id):
        return self.rows(
            f"SELECT {', '.join(rollup.columns)} FROM {rollup.name}"  # noqa: S608
            " WHERE device_id = %s ORDER BY 1, 2, 3, 4",
            device_id,
        )

    def computed(self, rollup, device_id):
        select = rollup.select(QUARTER_OF, "device_id = %s")
        return self.rows(f"{select} ORDER BY 1, 2, 3, 4", device_id)

    def assert_true(self, device_id):
        """The rollups are what the readings add up to."""
        for rollup in ROLLUPS:
            found = self.rolled_up(rollup, device_id)
            expected = self.computed(rollup, device_id)
            self.assertEqual(len(found), len(expected), rollup.name)
            for one, other in zip(found, expected, strict=True):
                for value, right in zip(one, other, strict=True):
                    if isinstance(right, float):
                        self.assertAlmostEqual(value, right, 6, rollup.name)
                    else:
                        self.assertEqual(value, right, rollup.name)

    def test_rollups_are_the_aggregate_of_the_readings(self):
        device_id = self.new_device()
        self.store._insert(
            [self.temperature(device_id, 60 * n, n / 7) for n in range(40)]
            + [
                self.milk(device_id, 1, {"volume": 2.5, "fat_percent": 4.0}),
                self.milk(device_id, 2, {"volume": 1.5, "scc": 90000}),
                self.milk(device_id, 3, {"volume": 4.0}, "session_end"),
                self.milk(device_id, 4, {"volume": 9.0}, "session_end", None, None),
                Sample(device_id, "ph_sensor", NOW, NOW, {"ph": 6.7, "temperature": 4}),
            ]
        )
        self.store._refresh_rollups()
        self.assert_true(device_id)
        counts = [len(self.rolled_up(rollup, device_id)) for rollup in ROLLUPS]
        self.assertEqual(counts, [3, 2, 2])

    def test_the_order_of_arrival_makes_no_difference(self):
        @settings(max_examples=20, deadline=None, database=None)
        @given(readings=readings, order=st.randoms(use_true_random=False))
        def check(readings, order):
            device_id = self.new_device()
            late = [*readings, *readings[:5]]  # some come twice
            order.shuffle(late)
            for start in range(0, len(late), 7):
                batch = [
                    self.temperature(device_id, *reading)
                    for reading in late[start : start + 7]
                ]
                self.store._insert(batch)
                if order.random() < 0.5:
                    self.store._refresh_rollups()
            self.store._refresh_rollups()
            self.assert_true(device_id)

        check()

    def test_what_comes_twelve_hours_late_is_there_after_one_refresh(self):
        device_id = self.new_device()
        self.store._insert([self.temperature(device_id, 0)])
        self.store._refresh_rollups()
        self.store._insert([self.temperature(device_id, -12 * 3600, 39.0)])
        self.store._refresh_rollups()
        self.assert_true(device_id)
        self.assertEqual(len(self.rolled_up(ROLLUPS[0], device_id)), 2)

    def test_a_probes_error_value_is_counted_and_in_no_average(self):
        device_id = self.new_device()
        self.store._insert(
            [
                self.temperature(device_id, 0, 3.0),
                self.temperature(device_id, 1, 60.0, fault=True),
            ]
        )
        self.store._refresh_rollups()
        rows = self.rows(
            "SELECT max_temp, sum_temp, reading_count, fault_count"
            " FROM temperature_quarter_hourly WHERE device_id = %s",
            device_id,
        )
        self.assertEqual(rows, [(3.0, 3.0, 1, 1)])

    def test_the_specifications_names_give_averages_of_all_readings(self):
        device_id = self.new_device()
        self.store._insert([self.temperature(device_id, n, n) for n in (0, 1, 2, 1800)])
        self.store._refresh_rollups()
        hourly = self.rows(
            "SELECT avg_temp, min_temp, max_temp, reading_count"
            " FROM temperature_hourly WHERE device_id = %s",
            device_id,
        )
        self.assertEqual(hourly, [(1803 / 4, 0, 1800, 4)])
