"""What must hold of milkings in each store: kept or waiting, they are the same."""

from datetime import datetime, timedelta, timezone

from hypothesis import given, settings
from hypothesis import strategies as st

from ..models.iot_store_production import Production
from ..models.iot_store_retention import Chunk
from ..rollup import MILK, quarter_of
from .rollup import NOW

DAY = timedelta(days=1)
REACH = timedelta(hours=6)
SPAN = Chunk("", NOW - 2 * DAY, NOW + DAY)

# (minutes, litres, is it the end, animal, session): of a day and a half; sessions may
# last too long, or be counted anew each day
messages = st.lists(
    st.tuples(
        st.integers(-24 * 60, 12 * 60),
        st.integers(0, 30),
        st.booleans(),
        st.sampled_from([None, 7, 8]),
        st.sampled_from([None, "S", "T"]),
    ),
    max_size=25,
    unique_by=lambda message: (message[0], message[2]),
)


def produced(messages):
    """``[(quarter, session, litres)]`` as the definition says it, of all messages."""
    parts = [(quarter_of(NOW + timedelta(minutes=m[0])), *m[1:]) for m in messages]
    milkings = {}
    for at, liters, is_end, animal, session in parts:
        end, key = at, (session, None)
        if session is None:
            key = (None, animal)
        else:
            same = [p[0] for p in parts if p[-1] == session]
            end = max(other for other in same if at <= other <= at + REACH)
        said = milkings.setdefault((end, *key), {True: [], False: []})
        said[is_end].append(liters)
    return sorted(
        (end, session or "", sum(said[True] if said[True] else said[False]))
        for (end, session, _animal), said in milkings.items()
    )


class MilkingCase:
    """Mixed into a test case like :class:`RollupCase`."""

    def put_milk(self, device_id, *messages):
        self.store._insert(
            [
                self.milk(
                    device_id,
                    60 * minutes,
                    {"volume": liters},
                    "session_end" if is_end else "reading",
                    animal,
                    session,
                )
                for minutes, liters, is_end, animal, session in messages
            ]
        )

    def produced(self, device_id, **asked):
        """Of three days and more, by default in one."""
        span = NOW - 2 * DAY, NOW + 2 * DAY
        return self.store._production([device_id], *span, **asked)

    def liters(self, device_id):
        return [milked.liters for milked in self.produced(device_id)]

    def assert_both(self, device_id, expected):
        """While it waits, and when it was worked off."""
        self.assertEqual(self.liters(device_id), expected, "waiting")
        self.store._refresh_rollups()
        self.assertEqual(self.liters(device_id), expected, "kept")

    def test_no_order_of_arrival_and_no_refresh_makes_a_difference(self):
        @settings(max_examples=25, deadline=None, database=None)
        @given(messages=messages, order=st.randoms(use_true_random=False))
        def check(messages, order):
            device_id, known = self.new_device(), []
            order.shuffle(messages)
            for start in range(0, len(messages), 6):
                batch = messages[start : start + 6]
                self.put_milk(device_id, *batch)
                known += batch
                self.assert_produced(device_id, known)
                if order.random() < 0.5:
                    # TimescaleDB's own schedule, or a chunk that is to be dropped
                    self.store._settle_rollups(MILK.table, SPAN)
                    self.assert_produced(device_id, known)
                if order.random() < 0.5:
                    self.store._refresh_rollups()
                    self.assert_produced(device_id, known)
            self.store._refresh_rollups()
            self.assert_produced(device_id, known)

        check()

    def assert_produced(self, device_id, messages):
        """Each milking, whatever span is asked for."""
        expected = produced(messages)
        middle = NOW + timedelta(minutes=7)
        spans = [(NOW - 2 * DAY, NOW), (NOW, NOW + 2 * DAY)]
        for start, end in [(NOW - 2 * DAY, NOW + 2 * DAY), *spans]:
            found = self.store._production([device_id], start, end, by="session")
            within = [m for m in expected if start <= m[0] < end]
            self.assertEqual(_by_session(found), _summed_up(within), (start, end))
        cut = self.store._production([device_id], NOW - 2 * DAY, middle)
        liters = sum(milking[2] for milking in expected if milking[0] < middle)
        self.assertEqual(sum(milked.liters for milked in cut), liters)

    def test_what_arrived_a_second_ago_counts(self):
        device_id = self.new_device()
        now = datetime.now(timezone.utc) - timedelta(seconds=1)
        minutes = (now - NOW).total_seconds() / 60
        self.put_milk(device_id, (-60, 11, True, 7, "S"))
        self.store._refresh_rollups()
        self.put_milk(device_id, (minutes, 4, False, 8, "T"))
        self.assert_both(device_id, [15])
        self.put_milk(device_id, (minutes + 1 / 90, 5, True, 8, "T"))
        self.assert_both(device_id, [16])

    def test_what_comes_twelve_hours_late_counts_at_once(self):
        device_id = self.new_device()
        self.put_milk(device_id, (0, 11, True, 7, "S"))
        self.store._refresh_rollups()
        self.put_milk(device_id, (-12 * 60, 4, False, 8, "T"))
        self.assert_both(device_id, [15])

    def test_an_end_that_comes_late_replaces_what_was_kept_of_its_readings(self):
        device_id = self.new_device()
        self.put_milk(device_id, (-10, 4, False, 7, "S"), (-5, 5, False, 7, "S"))
        self.assert_both(device_id, [9])
        self.put_milk(device_id, (10, 11, True, None, "S"))
        for _time in ("waiting", "kept"):
            found = self.store._production(
                [device_id], NOW - DAY, NOW + DAY, "day", by="animal"
            )
            midnight = NOW.replace(hour=0)
            self.assertEqual(found, [Production(midnight, 7, 11, 1)], _time)
            before = self.store._production([device_id], NOW - DAY, NOW)
            self.assertEqual(before, [], f"{_time}: it counts where it ends")
            self.store._refresh_rollups()

    def test_milkings_of_other_devices_stay_as_they_are(self):
        one, other = self.new_device(), self.new_device()
        self.put_milk(one, (0, 11, True, 7, "S"))
        self.put_milk(other, (0, 12, True, 8, "S"))
        self.store._refresh_rollups()
        self.put_milk(one, (5, 2, True, 9, "T"))
        self.store._refresh_rollups()
        self.assertEqual((self.liters(one), self.liters(other)), ([13], [12]))

    def test_a_session_that_a_meter_counts_anew_each_day_is_of_each_day(self):
        device_id = self.new_device()
        self.put_milk(device_id, (-24 * 60, 10, True, 7, "1"), (0, 12, True, 7, "1"))
        for _time in ("waiting", "kept"):
            found = self.produced(device_id, bucket="day")
            told = [(milked.liters, milked.sessions) for milked in found]
            self.assertEqual(told, [(10, 1), (12, 1)], _time)
            self.store._refresh_rollups()

    def test_an_upgrade_keeps_what_earlier_versions_have_rolled_up(self):
        device_id = self.new_device()
        self.put_milk(device_id, (0, 11, True, 7, "S"))
        self.store._refresh_rollups()
        self.put_milk(device_id, (-12 * 60, 3, True, 8, "T"))  # waits meanwhile
        with self.store._cursor() as cr:
            cr.execute("DROP TABLE milkings")
        self.store._create_milkings()
        self.assert_both(device_id, [14])

    def kept(self, device_id):
        return self.rows(
            "SELECT animal_id, session_id, liters FROM milkings WHERE device_id = %s",
            device_id,
        )

    def test_a_milking_is_kept_once(self):
        device_id = self.new_device()
        for _time in range(3):
            self.put_milk(device_id, (0, 11, True, 7, "S"), (_time, 2, False, 7, "S"))
            self.store._refresh_rollups()
        self.assertEqual(self.kept(device_id), [(7, "S", 11)])


def _by_session(found):
    return sorted((row.key or "", row.liters) for row in found)


def _summed_up(milkings):
    sums = {}
    for _end, session, liters in milkings:
        sums[session] = sums.get(session, 0) + liters
    return sorted(sums.items())
