from datetime import datetime, timedelta, timezone
from typing import get_args
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.smartdairy_iot.errors import StoreAwayError
from odoo.addons.smartdairy_iot.ingest.message import Sample
from odoo.addons.smartdairy_iot.readings import reading_id

from ..schemas.reading import ReadingType
from .common import DEVICES, MobileApiCase

NOW = datetime.now(timezone.utc).replace(second=0, microsecond=0)
CHART = "/api/v1/iot/dashboard/temperature/chart"
TRENDS = "/api/v1/iot/analytics/temperature/trends"


@tagged("post_install", "-at_install")
class TestReadings(MobileApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.put("API-PROBE", ((ago, 4.0 + ago / 100) for ago in range(1, 31)))
        # Before the first look: a transaction sees another database as it was then.
        cls.put("API-PAGES", ((ago, 4.0) for ago in range(1, 31)))
        cls.put("API-PAGES", [(40, 5.0), (41, 5.1)], humidity=80.0)
        cls.path = f"{DEVICES}/API-PROBE/readings"
        cls.probe = cls._new_device("API-PROBE", cls.farm)
        cls._new_device("API-PAGES", cls.farm)

    @classmethod
    def put(cls, device_id, values, **more):
        """:param values: ``(minutes ago, °C)``"""
        store = cls.env["iot.store"]
        samples = [
            Sample(
                *(device_id, "temperature", NOW - timedelta(minutes=ago), NOW),
                {"temperature": value, **more},
            )
            for ago, value in values
        ]
        # First: in another database they are there, whatever becomes of the test.
        cls.addClassCleanup(cls.take_away, store, device_id, samples)
        store._insert(samples)
        store._refresh_rollups()

    @staticmethod
    def take_away(store, device_id, samples):
        with store._cursor() as cr:
            cr.execute(
                "DELETE FROM temperature_readings WHERE device_id = %s", [device_id]
            )
            store._touch_rollups(cr, samples)
        store._refresh_rollups()

    def test_every_kind_of_reading_may_be_asked_for(self):
        self.assertEqual(set(get_args(ReadingType)), set(reading_id.TYPES))

    def test_readings_come_newest_first_as_the_dart_model_has_them(self):
        found = self.read(self.path, self.user)
        self.assertIsNone(found["bucket_seconds"])
        self.assertIsNone(found["next_cursor"])
        self.assertEqual(len(found["readings"]), 30)
        newest = found["readings"][0]
        self.assertEqual(
            set(newest),
            {"id", "deviceId", "timestamp", "value", "unit", "readingType", "metadata"},
        )
        self.assertEqual(newest["value"], 4.01)
        self.assertEqual(newest["unit"], "°C")
        self.assertEqual(newest["timestamp"], (NOW - timedelta(minutes=1)).isoformat())

    def test_a_cursor_leads_through_all_pages_without_gap_or_double(self):
        path = f"{DEVICES}/API-PAGES/readings"  # with two readings of one instant
        values, cursor = [], {}
        for _page in range(30):
            page = self.read(path, self.user, limit=3, **cursor)
            values += [(r["timestamp"], r["readingType"]) for r in page["readings"]]
            if page["next_cursor"] is None:
                break
            cursor = {"cursor": page["next_cursor"]}
        self.assertEqual(len(values), 34)
        self.assertEqual(len(set(values)), 34)
        self.assertEqual([t for t, _k in values], sorted((t for t, _k in values))[::-1])

    def test_only_the_span_that_is_asked_for(self):
        start = (NOW - timedelta(minutes=10)).isoformat()
        end = (NOW - timedelta(minutes=5)).isoformat()
        found = self.read(self.path, self.user, start_date=start, end_date=end)
        self.assertEqual([r["value"] for r in found["readings"]][0], 4.06)
        self.assertEqual(len(found["readings"]), 5)

    def test_a_long_span_is_told_in_buckets_with_their_extremes(self):
        start = (NOW - timedelta(days=30)).isoformat()
        found = self.read(self.path, self.user, start_date=start)
        self.assertEqual(found["bucket_seconds"], 3600)
        metadata = [reading["metadata"] for reading in found["readings"]]
        self.assertEqual(sum(m["count"] for m in metadata), 30)
        self.assertAlmostEqual(min(m["min"] for m in metadata), 4.01)
        self.assertAlmostEqual(max(m["max"] for m in metadata), 4.3)
        single = self.read(self.path, self.user, start_date=start, limit=5)
        self.assertIsNone(single["bucket_seconds"])

    def test_what_cannot_be_asked_is_named(self):
        wrong = {
            "start_date": ["yesterday", "", "2026-13-01", NOW + timedelta(days=1)],
            "end_date": ["0001-01-01", "9999-12-31T00:00:00"],
            "limit": ["0", "1001"],
            "cursor": ["x", "bnVsbA==", "W10="],
            "reading_type": ["colour"],
            "resolution": ["fine"],
        }
        for field, values in wrong.items():
            for value in values:
                with self.subTest(field=field, value=value):
                    response = self.call(self.path, self.user, params={field: value})
                    self.assertError(response, 422, "invalid_parameter", field)

    def test_a_store_that_is_away_is_unavailable_for_a_while(self):
        store = type(self.env["iot.store"])
        away = StoreAwayError("host db.internal refuses")
        with (
            patch.object(store, "_cursor", side_effect=away),
            self.assertLogs("odoo.http", "WARNING"),
        ):
            for path in (f"{CHART}?device_id=API-PROBE", TRENDS):
                response = self.call(path, self.user)
                error = self.assertError(response, 503, "unavailable")
                self.assertNotIn("db.internal", error["message"])
                self.assertEqual(response.headers["Retry-After"], "10")

    # Charts ---------------------------------------------------------------------------

    def test_a_chart_has_the_buckets_of_the_specification(self):
        widths = {"1h": 60, "6h": 300, "24h": 900, "7d": 3600, "30d": 21_600}
        for period, width in widths.items():
            chart = self.read(CHART, self.user, device_id="API-PROBE", period=period)
            self.assertEqual(chart["device_id"], "API-PROBE")
            self.assertEqual(chart["period"], period)
            for point in chart["data"]:
                time = datetime.fromisoformat(point["timestamp"])
                self.assertEqual(time.timestamp() % width, 0, period)
                self.assertLessEqual(point["min"], point["avg"])
                self.assertLessEqual(point["avg"], point["max"])
            self.assertTrue(chart["data"], period)
        response = self.call(
            CHART, self.user, params={"device_id": "API-PROBE", "period": "2h"}
        )
        self.assertError(response, 422, "invalid_parameter", "period")

    def test_a_chart_of_a_device_of_another_farm_does_not_exist(self):
        response = self.call(CHART, self.user, params={"device_id": "API-TEMP-2"})
        self.assertError(response, 404, "not_found")

    # Trends ---------------------------------------------------------------------------

    def test_trends_tell_each_day_and_what_was_unusual(self):
        usual = [(60 * hour, 4.0) for hour in range(2, 24 * 20)]
        yesterday = [(60 * 24 + minute, 9.0) for minute in range(1, 60, 5)]
        self.put("API-PROBE", usual + yesterday)
        trends = self.read(TRENDS, self.user, device_ids="API-PROBE", days=7)
        self.assertEqual(trends["period_days"], 7)
        dates = [day["date"] for day in trends["trends"]]
        self.assertEqual(dates, sorted(dates))
        self.assertIn(len(dates), (7, 8))
        self.assertEqual(max(day["max_temp"] for day in trends["trends"]), 9.0)
        self.assertTrue(trends["anomalies"])
        worst = max(trends["anomalies"], key=lambda one: one["score"])
        self.assertEqual((worst["side"], worst["expected"]), ("high", 4.0))

    def test_trends_of_devices_of_another_farm_are_empty(self):
        trends = self.read(TRENDS, self.user, device_ids="API-TEMP-2,API-NONE")
        self.assertEqual((trends["trends"], trends["anomalies"]), ([], []))

    def test_days_are_from_one_to_ninety(self):
        for days in ("0", "91", "-1", "1.5"):
            response = self.call(TRENDS, self.user, params={"days": days})
            self.assertError(response, 422, "invalid_parameter", "days")
