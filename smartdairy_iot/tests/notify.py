"""What the tests of notification share."""

from odoo import fields

from ..notify.outcome import Outcome
from .common import IotCase

SENT = Outcome(True)


class NotifyCase(IotCase):
    """Anna and Bert belong to the farm; every channel but Odoo takes what it gets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.queue = cls.env["iot.notification"]
        cls.followups = cls.env["iot.alert.followup"]
        cls.anna = cls.make_user("anna", "smartdairy_iot.group_iot_operator")
        cls.bert = cls.make_user("bert", "smartdairy_iot.group_iot_operator")
        cls.farm.user_ids = cls.anna | cls.bert
        # What the database's own users and demo data add is not ours to judge.
        for model in ("iot.escalation", "iot.oncall", "iot.alert.subscription"):
            cls.env[model].search([]).active = False

    def setUp(self):
        super().setUp()
        self.sent = []  # (channel, login, event, alerts)
        self.patch(self.registry["ir.cron"], "_commit_progress", lambda *_a, **_k: 1.0)
        # Topics and webhooks have tests of their own.
        queue = self.registry["iot.notification"]
        self.patch(queue, "_with_topics", lambda _self, told: told)
        self.patch(queue, "_addresses", lambda _self, _alerts, _event: [])
        for channel in ("email", "push", "sms"):
            self.answer(channel, lambda _row: SENT)

    def answer(self, channel, outcome_of):
        """:param outcome_of: row → Outcome"""

        def send(rows):
            outcomes = {}
            for row in rows:
                outcomes[row] = outcome = outcome_of(row)
                if outcome.is_sent:
                    self.sent.append(
                        (channel, row.user_id.login, row.event, row._told_alerts())
                    )
                if outcome.is_channel_down:
                    break
            return outcomes

        self.patch(self.registry["iot.notification"], f"_send_{channel}", send)

    def subscribe(self, user, **vals):
        return self.env["iot.alert.subscription"].create({"user_id": user.id, **vals})

    def make_alerts(self, count, **vals):
        devices = [self.make_device(f"STORM-{i}") for i in range(count)]
        return self.env["iot.alert"].union(
            *(self.make_alert(device_id=device.id, **vals) for device in devices)
        )

    def raise_alert(self, **vals):
        alert = self.make_alert(**vals)
        alert._announce("raised")
        return alert

    def clear(self, alert):
        self.turn(alert, False, fields.Datetime.now())
        alert._announce("cleared")

    def send(self, channel):
        self.queue._send_due(channel)

    def rows(self, alert, **vals):
        return self.queue.search(
            [
                ("alert_id", "in", alert.ids),
                *((name, "=", value) for name, value in vals.items()),
            ],
            order="id",
        )

    def told(self, alert, **vals):
        """``{(login, channel)}`` of whom there is a row."""
        return {(r.user_id.login, r.channel) for r in self.rows(alert, **vals)}

    def make_night(self):
        return self.env["iot.schedule"].create(
            {"name": "Night", "line_ids": [fields.Command.create({})]}
        )
