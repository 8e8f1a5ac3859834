import dataclasses
from datetime import timedelta
from unittest.mock import patch

from prometheus_client.parser import text_string_to_metric_families

from odoo import fields
from odoo.tests import HttpCase, TransactionCase, tagged

from ..ingest.counters import Counters
from ..models.iot_store_status import Compressed
from ..settings import Settings
from ..watch.moment import Moment

TOKEN = "a-token-of-enough-characters"
PROBLEMS = "odoo.addons.smartdairy_iot.models.iot_metrics._problems"
PLACE = "odoo.addons.smartdairy_iot.controllers.watch.get_settings"


def beat(env, seconds_ago, **values):
    """A listener that was heard so long ago, and no other."""
    env["iot.listener"].search([]).unlink()
    heard = fields.Datetime.now() - timedelta(seconds=seconds_ago)
    return env["iot.listener"].create(
        {
            "host": "odoo-1",
            "pid": 7,
            "beat_at": heard,
            "listened_at": heard,
            "listening_since": heard,
            "received": 12,
            "rejected_by_reason": {"not_json": 3},
            **values,
        }
    )


@tagged("post_install", "-at_install")
class TestWatchRoutes(HttpCase):
    def scrape(self, authorization=None, **settings):
        headers = {"Authorization": authorization} if authorization else {}
        with patch(PLACE, return_value=Settings(**settings)):
            return self.url_open("/metrics", headers=headers)

    def test_metrics_are_there_for_the_token_and_prometheus_can_read_them(self):
        beat(self.env, 1)
        answer = self.scrape(f"Bearer {TOKEN}", metrics_token=TOKEN)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/plain", answer.headers["Content-Type"])
        found = {f.name: f for f in text_string_to_metric_families(answer.text)}
        (received,) = found["smartdairy_listener_received"].samples
        self.assertEqual((received.labels["host"], received.value), ("odoo-1", 12))
        (rejected,) = found["smartdairy_listener_rejected_by_reason"].samples
        self.assertEqual((rejected.labels["reason"], rejected.value), ("not_json", 3))
        (store,) = found["smartdairy_store_up"].samples
        self.assertEqual(store.value, 1)
        tables = {s.labels["table"] for s in found["smartdairy_store_chunks"].samples}
        self.assertIn("temperature_readings", tables)
        sizes = [s.value for s in found["smartdairy_store_table_bytes"].samples]
        (whole,) = found["smartdairy_store_bytes"].samples
        self.assertEqual(sum(sizes), whole.value)
        jobs = {s.labels["job"] for s in found["smartdairy_job_failures"].samples}
        self.assertIn("evaluate_rules", jobs)

    def test_every_counter_of_the_line_is_scraped(self):
        beat(self.env, 1)
        told = {figure.name for figure in self.env["iot.metrics"]._gather()}
        counters = {
            f"listener_{counter.name}" for counter in dataclasses.fields(Counters)
        }
        self.assertLessEqual(counters, told)

    def test_archives_are_counted_and_compression_is_told_where_there_is_some(self):
        archives = self.env["iot.archive"]
        before = archives._read_group(
            [("table_name", "=", "device_status")], [], ["size:sum", "rows:sum"]
        )
        archives.create(
            {
                "table_name": "device_status",
                "file_name": "of_this_test.parquet",
                "date_from": "2026-01-01",
                "date_to": "2026-02-01",
                "rows": 1000,
                "size": 4000,
            }
        )
        packed = [Compressed("temperature_readings", 2000, 100)]
        with patch.object(
            type(self.env["iot.store"]), "_compressed", return_value=packed
        ):
            told = {f.name: f.samples for f in self.env["iot.metrics"]._gather()}
        size, rows = before[0]
        self.assertEqual(told["archive_bytes"]["device_status",], size + 4000)
        self.assertEqual(told["archive_readings"]["device_status",], rows + 1000)
        names = ("temperature_readings", "before"), ("temperature_readings", "after")
        self.assertEqual(
            told["store_compressed_bytes"], dict(zip(names, (2000, 100), strict=True))
        )

    def test_without_settings_the_address_does_not_exist_even_for_an_administrator(
        self,
    ):
        self.authenticate("admin", "admin")
        self.assertEqual(self.scrape().status_code, 404)
        self.assertEqual(self.scrape("Bearer ").status_code, 404)

    def test_a_wrong_token_and_a_foreign_network_find_nothing(self):
        given = {"metrics_token": TOKEN, "metrics_networks": "203.0.113.0/24"}
        self.assertEqual(self.scrape(**given).status_code, 404)
        self.assertEqual(self.scrape("Bearer x", **given).status_code, 404)

    def test_a_network_that_is_named_needs_no_token(self):
        self.assertEqual(self.scrape(metrics_networks="127.0.0.0/8").status_code, 200)

    def test_health_is_200_while_somebody_listens_and_tells_nothing_more(self):
        beat(self.env, 1)
        answer = self.url_open("/iot/health")
        self.assertEqual(answer.status_code, 200)
        checks = dict.fromkeys(("database", "listener", "store"), "ok")
        self.assertEqual(answer.json(), {"status": "ok", "checks": checks})

    def test_health_is_asked_each_second_and_measures_nothing(self):
        beat(self.env, 1)
        measured = AssertionError("a load balancer waits for the size of the store")
        with patch.object(type(self.env["iot.store"]), "_size", side_effect=measured):
            self.assertEqual(self.url_open("/iot/health").status_code, 200)

    def test_who_asks_again_and_again_does_not_keep_the_store_busy(self):
        beat(self.env, 1)
        with (
            patch(PROBLEMS, Moment(lambda: 0.0)),
            patch.object(
                type(self.env["iot.store"]), "_problem", return_value="It is away."
            ) as asked,
        ):
            told = [self.url_open("/iot/health").json() for _ in range(5)]
        self.assertEqual({one["checks"]["store"] for one in told}, {"failing"})
        self.assertEqual(asked.call_count, 1)

    def test_health_is_503_when_the_listener_is_silent(self):
        beat(self.env, 60)
        answer = self.url_open("/iot/health")
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.json()["checks"]["listener"], "failing")


class TestDeadMansSwitch(TransactionCase):
    def told(self, listener):
        """Subjects that managers get in one run of the scheduled action."""
        before = self.env["mail.message"].search([]).ids
        listener._cron_watch_listeners()
        new = self.env["mail.message"].search([("id", "not in", before)])
        return new.mapped("subject")

    def test_two_minutes_without_a_listener_are_told_once(self):
        listener = beat(self.env, 121, error="Connection refused")
        self.assertTrue(self.told(listener))
        self.assertIn("Connection refused", self._last_body())
        self.assertFalse(self.told(listener), "not again each minute")

    def _last_body(self):
        return self.env["mail.message"].search([], limit=1, order="id desc").body

    def test_a_restart_is_not_told(self):
        self.assertFalse(self.told(beat(self.env, 119)))

    def test_that_it_is_back_is_told_once_and_the_next_death_again(self):
        listener = beat(self.env, 121)
        self.told(listener)
        listener.listened_at = listener.listening_since = fields.Datetime.now()
        (subject,) = self.told(listener)
        self.assertIn("heard again", subject)
        self.assertFalse(self.told(listener))
        listener.listened_at -= timedelta(minutes=5)
        self.assertTrue(self.told(listener))

    def test_a_system_that_never_listened_is_a_set_up_and_no_outage(self):
        listener = beat(self.env, 500, listened_at=False)
        self.assertFalse(self.told(listener))
