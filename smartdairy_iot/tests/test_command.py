import json
from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .control import MANAGER, TECHNICIAN, VIEWER, ControlCase


@tagged("post_install", "-at_install")
class TestCommand(ControlCase):
    def setUp(self):
        super().setUp()
        self.gateway = self.make_device("GW-7", device_type="gateway")
        self.technician = self.make_user("tech", TECHNICIAN)
        self.refresh_devices()

    def command(self, command="restart", user=None, **values):
        wizard = self.env["iot.command.send"].with_user(user or self.technician)
        action = wizard.create(
            {"device_ids": self.gateway.ids, "command": command, **values}
        ).action_confirm()
        return self.env["iot.command"].search(action["domain"])

    def test_a_command_is_not_retained_and_says_until_when_it_may_be_done(self):
        row = self.command(minutes=10)
        self.send_due()
        (told,) = self.told
        self.assertEqual(told.topic, "smartdairy/gateway/GW-7/commands")
        self.assertFalse(told.retain)
        self.assertTrue(0 < told.expires_in <= 600)
        (message,) = self.messages()
        self.assertEqual(message["id"], row.reference)
        self.assertEqual(message["command"], "restart")
        issued, until = (
            datetime.fromisoformat(message[name])
            for name in ("issued_at", "expires_at")
        )
        self.assertEqual(until - issued, timedelta(minutes=10))
        self.assertEqual(row.state, "sent")

    def test_the_gateways_answer_closes_it(self):
        row = self.command()
        self.send_due()
        self.answer({"id": row.reference, "status": "applied"}, self.gateway, "command")
        self.assertEqual(row.state, "applied")
        self.assertTrue(row.answered_at)

    def test_an_expired_command_is_not_sent_and_a_late_answer_makes_it_not_done(self):
        row = self.command(minutes=1)
        self.send_due()
        row.expires_at = fields.Datetime.now() - timedelta(minutes=1)
        self.send_due()
        self.assertEqual(row.state, "expired")
        self.answer({"id": row.reference, "status": "applied"}, self.gateway, "command")
        self.assertEqual(row.state, "expired")
        self.assertIn("too late", row.reason)

    def test_a_command_that_the_broker_never_had_expires_unsent(self):
        row = self.command()
        row.expires_at = fields.Datetime.now() - timedelta(minutes=1)
        self.send_due()
        self.assertEqual(row.state, "expired")
        self.assertFalse(self.told)

    def test_the_answer_of_another_gateway_changes_nothing(self):
        other = self.make_device("GW-8", device_type="gateway")
        self.refresh_devices()
        row = self.command()
        self.send_due()
        self.answer({"id": row.reference, "status": "applied"}, other, "command")
        self.assertEqual(row.state, "sent")
        self.assertEqual(self.rejected("GW-8").count, 1)

    def test_only_gateways_that_are_in_use_take_commands(self):
        draft = self.make_device("GW-D", device_type="gateway", state="draft")
        for device in (self.sensor, draft):
            with self.assertRaises(UserError):
                self.env["iot.command"]._queue(device, "restart", 10)

    def test_a_custom_command_is_a_managers(self):
        with self.assertRaises(AccessError):
            self.env["iot.command"].with_user(self.technician)._queue(
                self.gateway.with_user(self.technician), "custom", 10, {"relay": 2}
            )
        manager = self.make_user("boss", MANAGER)
        row = self.command("custom", manager, parameters='{"relay": 2}')
        self.send_due()
        self.assertEqual(self.messages()[-1]["parameters"], {"relay": 2})
        self.assertEqual(json.loads(row.parameters_text), {"relay": 2})

    def test_what_is_no_json_object_is_refused_with_a_hint(self):
        manager = self.make_user("boss", MANAGER)
        for text in ("relay 2", "[2]"):
            with self.assertRaises(ValidationError):
                self.command("custom", manager, parameters=text)

    def test_a_command_expires_within_a_week(self):
        for minutes in (0, 7 * 24 * 60 + 1):
            with self.assertRaises(ValidationError):
                self.command(minutes=minutes)

    def test_a_viewer_commands_nothing_and_nobody_writes_a_command(self):
        viewer = self.make_user("viewer", VIEWER)
        with self.assertRaises(AccessError):
            self.env["iot.command"].with_user(viewer)._queue(
                self.gateway.with_user(viewer), "restart", 10
            )
        row = self.command()
        for user in (viewer, self.technician):
            self.assertEqual(row.with_user(user).command, "restart")
            with self.assertRaises(AccessError):
                row.with_user(user).state = "applied"
