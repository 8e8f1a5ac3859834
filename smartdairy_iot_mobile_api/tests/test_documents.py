import json
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from odoo.addons.smartdairy_iot.settings import Settings

from ..controllers.routes import BASE
from .common import DEVICES, MobileApiCase

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
OPENAPI = f"{BASE}/openapi.json"
PAGE = "https://app.example"


@tagged("post_install", "-at_install")
class TestDocuments(MobileApiCase):
    def test_the_document_that_is_served_is_the_one_that_is_committed(self):
        served = self.call(OPENAPI).json()
        self.assertEqual(
            json.loads(COMMITTED.read_text()),
            served,
            "Write it anew, as docs/mobile-api.md says under “The document”.",
        )

    def test_every_reference_in_the_document_leads_somewhere(self):
        document = self.call(OPENAPI).json()
        self.assertEqual(document["openapi"], "3.1.0")
        text = json.dumps(document)
        known = document["components"]["schemas"]
        for part in text.split('"$ref": "#/components/schemas/')[1:]:
            self.assertIn(part.partition('"')[0], known)

    def test_the_page_asks_nothing_of_another_server(self):
        page = self.url_open(f"{BASE}/docs")
        self.assertEqual(page.status_code, 200)
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.assertNotIn("http://", page.text)
        self.assertNotIn("https://", page.text)

    # What all answers have in common --------------------------------------------------

    def test_what_has_not_changed_is_not_sent_again(self):
        first = self.call(DEVICES, self.user)
        tag = first.headers["ETag"]
        again = self.call(DEVICES, self.user, headers={"If-None-Match": tag})
        self.assertEqual((again.status_code, again.content), (304, b""))
        self.assertEqual(again.headers["ETag"], tag)
        self.tank.name = "Renamed"
        changed = self.call(DEVICES, self.user, headers={"If-None-Match": tag})
        self.assertEqual(changed.status_code, 200)

    def test_a_cache_keeps_nothing_for_another_user(self):
        headers = self.call(DEVICES, self.user).headers
        self.assertEqual(headers["Cache-Control"], "private, no-cache")
        self.assertIn("Authorization", headers["Vary"])

    def test_a_long_answer_is_packed_for_who_accepts_it(self):
        for number in range(5):
            self._new_device(f"API-LONG-{number}", self.farm)
        packed = self.call(DEVICES, self.user, headers={"Accept-Encoding": "gzip"})
        self.assertEqual(packed.headers["Content-Encoding"], "gzip")
        for accepted in ("identity", "gzip;q=0"):
            plain = self.call(DEVICES, self.user, headers={"Accept-Encoding": accepted})
            self.assertNotIn("Content-Encoding", plain.headers)
            self.assertEqual(plain.json(), packed.json())

    def test_no_page_of_another_origin_reads_anything_by_default(self):
        for user in (self.user, None):
            response = self.call(DEVICES, user, headers={"Origin": PAGE})
            self.assertNotIn("Access-Control-Allow-Origin", response.headers)

    def test_pages_of_allowed_origins_read_answers_and_errors(self):
        settings = Settings(api_allowed_origins=f"https://other.example {PAGE}")
        allowed = patch(
            "odoo.addons.smartdairy_iot_mobile_api.dispatcher.get_settings",
            return_value=settings,
        )
        with allowed:
            for user in (self.user, None):
                response = self.call(DEVICES, user, headers={"Origin": PAGE})
                origin = response.headers["Access-Control-Allow-Origin"]
                self.assertEqual(origin, PAGE)
                self.assertIn("Origin", response.headers["Vary"])
            asked = {"Origin": PAGE, "Access-Control-Request-Method": "GET"}
            preflight = self.call(DEVICES, method="OPTIONS", headers=asked)
            self.assertEqual(preflight.status_code, 204)
            methods = preflight.headers["Access-Control-Allow-Methods"]
            self.assertIn("GET", methods)
            stranger = {"Origin": "https://evil.example"}
            response = self.call(DEVICES, self.user, headers=stranger)
            self.assertNotIn("Access-Control-Allow-Origin", response.headers)
