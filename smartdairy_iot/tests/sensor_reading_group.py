"""What must hold of groups of readings, over each store."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo.exceptions import UserError

from ..ingest.message import Fault
from ..rules.classify import Alarm
from .sensor_reading import NOON

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class GroupTests:
    """Mixed into a :class:`SensorReadingCase` of each store."""

    def test_groups_from_rollups_from_readings_and_from_both_are_the_same(self):
        probe = self.new_device("Probe", device_type="ph_sensor")
        meter = self.new_device("Meter", device_type="milk_meter")
        self.put_minutes(self.tank, 100, humidity=70.0)
        self.put(
            self.tank,
            (NOON + timedelta(hours=5), {"temperature": 85.0, "humidity": 1.0}),
            faults={"temperature": Fault.JUMP},
        )
        self.put(probe, (NOON, {"ph": 6.7, "temperature": 9.0}))
        said = {"type": "reading", "session_id": "S", "animal_id": 7}
        self.put(meter, (NOON, {"volume": 2.5, "temperature": 38.0}), metadata=said)

        groupbys = (
            ["timestamp:day", "reading_type"],
            ["timestamp:hour"],
            ["timestamp:hour_number", "reading_type"],
            ["device_id", "timestamp:hour", "reading_type"],
            ["device_id", "timestamp:week"],
            ["farm_id", "reading_type"],
            [],
        )
        asked = ("value:avg", "value:sum", "value_min:min", "value_max:max", "__count")
        span = [("timestamp", "<", str(NOON + timedelta(minutes=52))[:19])]

        def told(*domain):
            return [
                [
                    {name: self.rounded(value) for name, value in group.items()}
                    for group in self.groups(groupby, [*more, *domain], asked, tz=tz)
                ]
                for groupby in groupbys
                for more in ([], span)
                for tz in ("UTC", "Asia/Kolkata")
            ]

        fresh, raw = told(), told(("quality", ">=", 0))
        self.assertEqual(fresh, raw)
        self.store._refresh_rollups()
        self.assertEqual(told(), raw)

    @staticmethod
    def rounded(value):
        return round(value, 4) if isinstance(value, float) else value

    def test_what_a_failing_probe_sent_is_counted_and_in_no_average(self):
        self.put(self.tank, (NOON, {"temperature": 3.0}))
        self.put(
            self.tank,
            (NOON + timedelta(minutes=1), {"temperature": 85.0}),
            faults={"temperature": Fault.PROBE_ERROR},
        )
        asked = ("value:avg", "value_max:max", "__count")
        (group,) = self.groups(["device_id"], (), asked)
        self.assertEqual([group[name] for name in asked], [3.0, 3.0, 2])

    def test_there_is_no_average_of_degrees_and_percents(self):
        self.put(self.tank, (NOON, {"temperature": 4.0, "humidity": 80.0}))
        asked = ("value:avg", "value_min:min", "__count")
        (group,) = self.groups(["device_id"], (), asked)
        self.assertEqual([group[name] for name in asked], [False, False, 2])
        for domain, average in (
            ([("reading_type", "=", "humidity")], 80.0),
            ([("reading_type", "=", "humidity"), ("quality", ">", 0)], 80.0),
        ):
            (group,) = self.groups(["device_id"], domain)
            self.assertEqual(group["value:avg"], average)

    def test_a_day_is_the_users_and_has_23_hours_in_spring(self):
        night = datetime(2026, 3, 28, tzinfo=AMSTERDAM)
        hours = (night + timedelta(hours=n) for n in range(24 * 3))
        values = [
            (hour.astimezone(timezone.utc), {"temperature": 3.0}) for hour in hours
        ]
        self.put(self.tank, *dict(values).items())
        span = [("timestamp", ">=", "2026-03-27"), ("timestamp", "<", "2026-04-01")]
        for _attempt in range(2):
            days = self.groups(["timestamp:day"], span, tz="Europe/Amsterdam")
            self.assertEqual([day["__count"] for day in days], [24, 23, 24])
            self.store._refresh_rollups()

    def test_a_group_opens_on_its_own_records(self):
        self.put_minutes(self.tank, 90)
        groups = self.readings.web_read_group(
            [("device_id", "=", self.tank.id)],
            ["timestamp:hour"],
            ["value:avg"],
            auto_unfold=True,
            unfold_read_specification={"value": {}},
        )
        self.assertEqual([group["__count"] for group in groups["groups"]], [60, 30])
        self.assertEqual(len(groups["groups"][1]["__records"]), 30)

    def test_a_pivot_brings_its_cells_over_the_wire_and_no_readings(self):
        self.put_minutes(self.tank, 300)
        pivot = self.readings.formatted_read_grouping_sets(
            [("device_id", "=", self.tank.id)],
            [[], ["timestamp:day"], ["timestamp:day", "device_id"]],
            ["value:avg", "__count"],
        )
        self.assertEqual([len(cells) for cells in pivot], [1, 1, 1])
        self.assertEqual(pivot[0][0]["__count"], 300)

    def test_groups_are_ordered_by_the_devices_name_or_by_a_measure(self):
        for name, value in (("Zebra", 1.0), ("Alpaca", 3.0), ("Mule", 2.0)):
            self.put(self.new_device(name), (NOON, {"temperature": value}))
        domain = [("device_id.name", "in", ("Zebra", "Alpaca", "Mule"))]
        domain += [("farm_id", "=", self.farm.id)]

        def names(order):
            groups = self.readings._read_group(
                domain, ["device_id"], ["value:avg"], order=order
            )
            return [device.name for device, _average in groups]

        self.assertEqual(names("device_id"), ["Alpaca", "Mule", "Zebra"])
        self.assertEqual(names("value:avg desc"), ["Alpaca", "Mule", "Zebra"])
        self.assertEqual(names("value:avg"), ["Zebra", "Mule", "Alpaca"])

    def test_groups_of_alarms_and_of_quality_are_made_of_readings(self):
        values = {"temperature": 9.0, "humidity": 50.0}
        alarms = {"temperature": Alarm("high", "medium")}
        self.put(self.tank, (NOON, values), alarms=alarms)
        self.put_minutes(self.tank, 5, NOON + timedelta(hours=1))
        groups = self.groups(["is_alarm"])
        self.assertEqual([group["__count"] for group in groups], [6, 1])
        groups = self.groups(["timestamp:day"], [("is_alarm", "=", True)])
        self.assertEqual([group["__count"] for group in groups], [1])
        groups = self.groups(["quality"], (), ["timestamp:max", "__count"])
        self.assertEqual([group["__count"] for group in groups], [7])

    def test_what_they_cannot_be_grouped_by_is_said(self):
        with self.assertRaisesRegex(UserError, "Group them by device"):
            self.put_minutes(self.tank, 1)
            self.groups(["device_id.device_type"])

    def test_no_readings_are_no_groups(self):
        self.assertEqual(self.groups(["timestamp:day"]), [])
        (total,) = self.groups([])
        self.assertEqual((total["__count"], total["value:avg"]), (0, False))
