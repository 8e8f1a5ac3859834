"""What must hold of readings as records, over each store."""

import uuid
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.exceptions import UserError

from ..ingest.message import Fault, Sample
from ..models import iot_sensor_reading_search
from ..rules.classify import Alarm
from .common import IotCase

NOW = datetime.now(timezone.utc).replace(microsecond=0)
NOON = NOW.replace(hour=12, minute=0, second=0) - timedelta(days=2)


class SensorReadingCase(IotCase):
    """Devices of its own for each test: a dedicated cursor's rows stay."""

    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]
        self.readings = self.env["iot.sensor.reading"].with_context(tz="UTC")
        self.tank = self.new_device("Tank")

    def new_device(self, name, **vals):
        return self.make_device(f"SR-{uuid.uuid4().hex[:12]}", name=name, **vals)

    def put(self, device, *values, faults=None, alarms=None, metadata=None):
        """``(time, {reading type: value})``"""
        samples = []
        for time, found in values:
            sample = Sample(device.device_id, device.device_type, time, NOW, found)
            sample.faults, sample.alarms = faults or {}, alarms or {}
            sample.metadata = metadata
            samples.append(sample)
        self.store._insert(samples)

    def put_minutes(self, device, count, start=NOON, **found):
        """A reading a minute, its temperature the minute's number."""
        minutes = range(count)
        self.put(
            device,
            *(
                (start + timedelta(minutes=n), {"temperature": float(n), **found})
                for n in minutes
            ),
        )

    def find(self, *domain, device=None, **how):
        device = device or self.tank
        return self.readings.search([("device_id", "=", device.id), *domain], **how)

    def groups(
        self, groupby, domain=(), aggregates=("value:avg", "__count"), **context
    ):
        return self.readings.with_context(**context).formatted_read_group(
            [("device_id.farm_id", "=", self.farm.id), *domain], groupby, aggregates
        )


class SearchTests:
    """Mixed into a :class:`SensorReadingCase` of each store."""

    # Fields --------------------------------------------------------------------------

    def test_a_reading_says_what_where_when_and_how_good(self):
        self.tank.location_description = "Behind the door"
        self.put(self.tank, (NOON, {"temperature": 3.95}))
        reading = self.find()
        self.assertEqual(reading.value, 3.95)
        self.assertEqual((reading.unit, reading.quality), ("°C", 100))
        self.assertEqual(reading.timestamp, NOON.replace(tzinfo=None))
        self.assertEqual((reading.device_id, reading.farm_id), (self.tank, self.farm))
        self.assertEqual(reading.location, "Behind the door")
        self.assertEqual(reading.display_name, "Tank - Temperature: 3.95 °C")
        self.assertFalse(reading.is_alarm or reading.threshold_id)

    def test_a_message_of_several_values_is_as_many_readings(self):
        meter = self.new_device("Meter", device_type="milk_meter")
        said = {"type": "reading", "session_id": "S", "animal_id": 7}
        values = {"volume": 2.5, "conductivity": 5.1, "scc": 120000}
        self.put(meter, (NOON, values), metadata=said)
        found = {r.reading_type: r.value for r in self.find(device=meter)}
        self.assertEqual(found, values)

    def test_a_device_that_became_another_kind_has_the_readings_of_both(self):
        self.put(self.tank, (NOON, {"temperature": 4.0}))
        self.tank.device_type = "ph_sensor"
        self.put(
            self.tank, (NOON + timedelta(hours=1), {"ph": 6.7, "temperature": 5.0})
        )
        found = self.find(order="timestamp, reading_type").mapped("value")
        self.assertEqual(found, [4.0, 6.7, 5.0])

    def test_an_alarm_is_that_of_its_own_reading_type_and_names_the_rule(self):
        rule = self.env["iot.threshold"].search([], limit=1)
        alert = self.env["iot.alert"].create(
            {
                "device_id": self.tank.id,
                "threshold_id": rule.id,
                "alert_type": "high_temperature",
                "severity": "high",
                "message": "Too warm",
                "reading_type": "temperature",
                "started_at": NOON.replace(tzinfo=None),
            }
        )
        values = {"temperature": 9.0, "humidity": 50.0}
        alarms = {"temperature": Alarm("high", "medium")}
        self.put(self.tank, (NOON, values), alarms=alarms)
        reading = self.find(("is_alarm", "=", True))
        self.assertEqual(reading.reading_type, "temperature")
        self.assertEqual(reading.threshold_id, alert.threshold_id)
        self.assertEqual(self.find(("is_alarm", "=", False)).reading_type, "humidity")

    # Search --------------------------------------------------------------------------

    def test_the_newest_come_first_page_by_page(self):
        self.put_minutes(self.tank, 25)
        pages = [self.find(limit=10, offset=offset) for offset in (0, 10, 20)]
        values = [value for page in pages for value in page.mapped("value")]
        self.assertEqual(values, [float(n) for n in reversed(range(25))])

    def test_a_limit_looks_back_as_far_as_it_must(self):
        for days in (0, 1, 5, 40, 400):
            time = NOW - timedelta(days=days)
            self.put(self.tank, (time, {"temperature": float(days)}))
        for limit in range(1, 6):
            found = self.find(limit=limit).mapped("value")
            self.assertEqual(found, [0.0, 1.0, 5.0, 40.0, 400.0][:limit])

    def test_a_clock_that_is_ahead_is_shown_as_well(self):
        self.put(self.tank, (NOW + timedelta(minutes=50), {"temperature": 1.0}))
        self.assertEqual(self.find(limit=1).value, 1.0)

    def test_the_oldest_can_come_first_and_the_highest(self):
        self.put_minutes(self.tank, 5)
        self.assertEqual(self.find(limit=2, order="timestamp").mapped("value"), [0, 1])
        self.assertEqual(self.find(limit=2, order="value desc").mapped("value"), [4, 3])

    def test_devices_and_farms_are_ordered_by_name(self):
        devices = [self.new_device(name) for name in ("Zebra", "Alpaca", "Mule")]
        for device in devices:
            self.put(device, (NOON, {"temperature": 1.0}))
        domain = [("device_id", "in", [device.id for device in devices])]
        found = self.readings.search(domain, order="farm_id, device_id")
        self.assertEqual(found.device_id.mapped("name"), ["Alpaca", "Mule", "Zebra"])
        found = self.readings.search(domain, order="device_id desc", limit=1)
        self.assertEqual(found.device_id.name, "Zebra")

    def test_counting_stops_at_its_limit(self):
        self.put_minutes(self.tank, 25)
        domain = [("device_id", "=", self.tank.id)]
        self.assertEqual(self.readings.search_count(domain), 25)
        self.assertEqual(self.readings.search_count(domain, limit=10), 10)

    def test_a_domain_finds_what_it_says(self):
        other = self.new_device("Other", location_description="Far away")
        self.put_minutes(self.tank, 4, humidity=80.0)
        self.put(other, (NOON, {"temperature": 99.0}))
        ours = ("device_id", "in", (self.tank | other).ids)
        minute = [NOON.replace(tzinfo=None) + timedelta(minutes=n) for n in range(4)]
        for domain, expected in (
            ([("reading_type", "=", "temperature")], 5),
            ([("reading_type", "!=", "temperature")], 4),
            ([("value", ">", 2), ("value", "<", 99)], 5),
            ([("timestamp", "=", str(minute[1]))], 2),
            ([("timestamp", ">", minute[1]), ("timestamp", "<=", minute[3])], 4),
            (["|", ("timestamp", "<", minute[1]), ("timestamp", ">=", minute[3])], 5),
            ([("device_id.name", "ilike", "oth")], 1),
            ([("device_id", "ilike", "other")], 1),
            ([("device_id", "not ilike", "other")], 8),
            ([("device_id", "!=", other.id)], 8),
            ([("device_id", "=", False)], 0),
            (["|", ("device_id", "=", other.id), ("value", "=", 3)], 2),
            ([("farm_id", "=", self.farm.id)], 9),
            ([("farm_id.name", "=", "Test Farm")], 9),
            ([("farm_id", "=", False)], 0),
            ([("location", "ilike", "far")], 1),
            ([("display_name", "ilike", "other")], 1),
            ([("unit", "=", "%")], 4),
            ([("quality", "<", 100)], 0),
            ([("timestamp.hour_number", "=", 12)], 9),
        ):
            with self.subTest(domain=domain):
                found = self.readings.search([ours, *domain])
                self.assertEqual(len(found), expected)
                self.assertEqual(found.filtered_domain(domain), found)

    def test_more_than_memory_holds_are_refused_and_still_grouped(self):
        self.put_minutes(self.tank, 12)
        with patch.object(iot_sensor_reading_search, "_MOST", 10):
            with self.assertRaisesRegex(UserError, "more than 10 readings"):
                self.find()
            self.assertEqual(len(self.find(("value", ">", 3))), 8)
            self.assertEqual(len(self.find(limit=11)), 11)
            domain = [("device_id", "=", self.tank.id)]
            self.assertEqual(self.readings.search_count(domain), 12)

    def test_an_unknown_field_is_named(self):
        with self.assertRaisesRegex(ValueError, "nonsense"):
            self.readings.search([("nonsense", "=", 1)])

    # Records -------------------------------------------------------------------------

    def test_a_record_is_found_again_by_its_id(self):
        self.put_minutes(self.tank, 30, humidity=70.0)
        found = self.find()
        values = {r.id: (r.timestamp, r.reading_type, r.value) for r in found}
        self.assertEqual(len(values), 60)
        self.env.invalidate_all()
        for reading in self.readings.browse(values):
            told = (reading.timestamp, reading.reading_type, reading.value)
            self.assertEqual(told, values[reading.id])
        self.assertEqual(found.exists(), found)
        self.assertEqual(self.readings.search([("id", "in", found.ids[:7])]), found[:7])

    def test_an_id_of_nothing_is_missing(self):
        self.put(self.tank, (NOON, {"temperature": 1.0}))
        wrong = self.readings.browse([self.find().id + 1, 7, -1, 2**53 - 1, 2**60])
        self.assertFalse(wrong.exists())
        self.assertEqual(wrong.read(["value"]), [])

    def test_two_values_of_one_quarter_second_are_counted_and_the_newer_is_shown(self):
        quarter = timedelta(milliseconds=100)
        self.put(
            self.tank,
            (NOON, {"temperature": 1.0}),
            (NOON + quarter, {"temperature": 2.0}),
        )
        domain = [("device_id", "=", self.tank.id)]
        self.assertEqual(self.readings.search_count(domain), 2)
        for order in ("timestamp", "timestamp desc"):
            self.env.invalidate_all()
            self.assertEqual(self.find(order=order).mapped("value"), [2.0])
        self.env.invalidate_all()
        self.assertEqual(self.readings.browse(self.find().ids).value, 2.0)

    def test_the_web_client_reads_a_page_and_knows_how_many_there_are(self):
        self.put_minutes(self.tank, 12)
        page = self.readings.web_search_read(
            [("device_id", "=", self.tank.id)],
            {"value": {}, "device_id": {"fields": {"display_name": {}}}},
            limit=5,
            count_limit=11,
        )
        self.assertEqual(page["length"], 11)
        self.assertEqual([row["value"] for row in page["records"]], [11, 10, 9, 8, 7])
        self.assertEqual(page["records"][0]["device_id"]["display_name"], "Tank")

    def test_readings_are_exported_by_id_and_by_domain(self):
        self.put_minutes(self.tank, 3)
        names = ["timestamp", "device_id/name", "reading_type", "value", "unit"]
        rows = self.readings.browse(self.find().ids).export_data(names)["datas"]
        self.assertEqual(rows[0][1:], ["Tank", "Temperature", 2.0, "°C"])
        self.assertEqual(self.find().export_data(names)["datas"], rows)

    def test_a_device_opens_its_readings_and_has_the_newest_at_hand(self):
        self.put_minutes(self.tank, 30)
        found = self.tank.sensor_ids
        self.assertEqual(found.mapped("value"), [float(n) for n in range(29, 19, -1)])
        action = self.tank.action_view_readings()
        self.assertEqual(action["res_model"], "iot.sensor.reading")
        self.assertEqual(self.readings.search_count(action["domain"]), 30)

    def test_faults_are_listed_with_their_quality(self):
        self.put(self.tank, (NOON, {"temperature": 3.0}))
        later = NOON + timedelta(minutes=1)
        self.put(
            self.tank,
            (later, {"temperature": 85.0}),
            faults={"temperature": Fault.PROBE_ERROR},
        )
        self.assertEqual(self.find().mapped("value"), [85.0, 3.0])
        self.assertEqual(self.find(("quality", "<", 100)).value, 85.0)
