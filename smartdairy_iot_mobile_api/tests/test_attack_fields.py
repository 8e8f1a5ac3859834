"""Each parameter and each field of each route: what is sent where a value belongs."""

import logging
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers.routes import OPERATIONS
from .common import MobileApiCase
from .test_every_route import _QUIET

EVIL = (
    "x' OR '1'='1'; DROP TABLE iot_device; --",
    "../../etc/passwd\x00\r\nX-Injected: 1",
    10**400,
    [[]] * 50,
)
# Columns of Odoo, and what Python and JavaScript would take for more than a name.
NO_FIELDS = {
    "id": 1,
    "company_id": 1,
    "companyId": 1,
    "create_uid": 1,
    "is_online": True,
    "state_id": 1,
    "__class__": "x",
    "__proto__": {"x": 1},
}


@tagged("post_install", "-at_install")
class TestAttackFields(MobileApiCase):
    def setUp(self):
        super().setUp()
        self.refused = []
        handler = logging.Handler(logging.ERROR)
        handler.emit = lambda record: self.refused.append(record.getMessage())
        logger = logging.getLogger("odoo.sql_db")
        logger.addHandler(handler)
        self.addCleanup(logger.removeHandler, handler)

    def path(self, operation):
        path = operation.path.replace("<reference>", self.tank.device_id)
        path = path.replace("<alert_id>", str(self.alert.id))
        return path.replace("<session_id>", "999999")

    def send(self, operation, **what):
        response = self.call(
            self.path(operation), self.user, operation.method, timeout=30, **what
        )
        self.assertLess(response.status_code, 500, response.text)
        self.assertNotIn("X-Injected", response.headers)
        self.assertNotIn("Far Farm", response.text)
        self.assertLess(response.elapsed, timedelta(seconds=20))
        return response

    @mute_logger(*_QUIET)
    def test_no_parameter_of_a_query_becomes_sql_or_a_header(self):
        for operation in OPERATIONS:
            for name, field in (
                operation.query.model_fields.items() if operation.query else ()
            ):
                for evil in EVIL[:3]:
                    with self.subTest(path=operation.path, name=name, evil=evil):
                        self.send(operation, params={field.alias or name: str(evil)})
        self.assertEqual(self.refused, [])

    @mute_logger(*_QUIET)
    def test_no_field_of_a_body_becomes_sql_or_too_much(self):
        for operation in OPERATIONS:
            fields = operation.body.model_fields if operation.body else {}
            for name, field in fields.items():
                for evil in EVIL:
                    with self.subTest(path=operation.path, name=name, evil=str(evil)):
                        self.send(operation, json={field.alias or name: evil})
        self.assertEqual(self.refused, [])

    @mute_logger(*_QUIET)
    def test_a_field_that_is_not_declared_is_refused_and_sets_nothing(self):
        before = self.standing()
        for operation in OPERATIONS:
            if not operation.body:
                continue
            with self.subTest(path=operation.path, method=operation.method):
                response = self.send(operation, json=NO_FIELDS)
                refusals = (401, 403, 422)
                # These two ignore what they do not know: an older app sends more.
                if operation.path.endswith(("/acknowledge", "/resolve")):
                    refusals += (200,)
                self.assertIn(response.status_code, refusals, response.text)
        self.env.invalidate_all()
        self.assertEqual(self.standing(), before)

    def standing(self):
        """What nobody should get at by that."""
        names = ["name", "state", "farm_id", "company_id", "create_uid"]
        return self.tank.read(names), self.user.read(["company_id", "group_ids"])
