"""As each group, over the interface that other programs use, from the wrong side."""

import json
from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .sensor_reading import SensorReadingCase

_GROUP = "smartdairy_iot.group_iot_%s"
_NOW = datetime(2026, 1, 5, 6)
_LATER = datetime(2099, 1, 1)
# {model: (a field to write, the methods that act on it)}
ACTS = {
    "farm.farm": ("name", {}),
    "iot.device": (
        "name",
        {
            "action_activate": {},
            "action_deactivate": {},
            "action_maintenance": {},
            "action_retire": {},
            "action_send_config": {},
            "action_revoke_credentials": {},
            "get_health": {},
        },
    ),
    "iot.alert": (
        "cause_note",
        {"action_acknowledge": {}, "action_resolve": {}, "action_dismiss": {}},
    ),
    "iot.certificate": ("note", {"action_revoke": {}, "action_keep": {}}),
    "iot.device.token": ("note", {"action_revoke": {}}),
    "iot.device.config": ("state", {}),
    "iot.command": ("state", {}),
    "iot.calibration": ("reading_type", {"action_apply": {}, "action_cancel": {}}),
    "iot.device.claim": ("used_at", {"action_cancel": {}}),
    "iot.firmware.target": ("state", {}),
    "iot.device.counter": ("received", {}),
    "iot.device.trend": ("uptime_day", {}),
    "iot.rejected.message": ("detail", {}),
    "iot.sensor.reading": ("value", {}),
}
_VALUES = {
    "state": "applied",
    "reading_type": "humidity",
    "used_at": "2026-01-05 06:00:00",
    "received": 7.0,
    "uptime_day": 7.0,
    "value": 7.0,
}
# {wizard: (values beside the device, what it is confirmed with)}
WIZARDS = {
    "iot.credential.issue": ({"kind": "token"}, "action_issue"),
    "iot.device.config.bulk": ({"what": "send"}, "action_confirm"),
    "iot.command.send": ({"command": "identify"}, "action_confirm"),
    "iot.device.claim.labels": ({"size": "csv"}, "action_make"),
}


@tagged("post_install", "-at_install")
class TestRpcGroups(SensorReadingCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = {}
        other = cls.env["res.company"].create({"name": "Other Dairy"})
        keeper = cls.make_person("keeper", "user")
        elsewhere = cls.make_person("elsewhere", "user")
        cls.farm.write({"user_ids": keeper.ids, "company_id": cls.env.company.id})
        farms = cls.env["farm.farm"]
        farms.create({"name": "Farm B", "user_ids": elsewhere.ids})
        cls.neighbours = [
            cls.make_person(f"neighbour_{group}", group)
            for group in ("user", "operator", "technician")
        ]
        cls.outsiders = [
            cls.make_person(f"outsider_{group}", group, other)
            for group in ("user", "operator", "technician", "manager")
        ]
        cls.keeper = keeper

    @classmethod
    def make_person(cls, login, group, company=None):
        company = company or cls.env.company
        person = cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "group_ids": cls.env.ref(_GROUP % group).ids,
                "company_id": company.id,
                "company_ids": company.ids,
            }
        )
        keys = cls.env["res.users.apikeys"].with_user(person)
        cls.keys[person] = keys._generate(
            "rpc", "test", datetime.now() + timedelta(hours=1)
        )
        return person

    def setUp(self):
        super().setUp()
        self.put_minutes(self.tank, 3)
        self.records = self.make_records()
        # What was made is complete, so that only a caller's doing changes it.
        self.env.flush_all()
        self.before = self.snapshot()

    def make_records(self):
        """One of each model, of the device whose farm is not the callers'."""
        of_it = {"device_id": self.tank.id}
        version = {"device_type": "temperature", "version": "9.9", "file": b"AAAA"}
        firmware = self.env["iot.firmware"].create(version)
        campaign = self.env["iot.firmware.campaign"].create(
            {"name": "To 9.9", "firmware_id": firmware.id}
        )
        values = {
            "iot.certificate": {
                "common_name": self.tank.device_id,
                "serial": "0A0B0C0D0E",
                "fingerprint": "AB",
                "pem": "PEM",
                "source": "request",
                "not_before": _NOW,
                "not_after": _LATER,
                "state": "superseded",
            },
            "iot.device.token": {"username": self.tank.device_id, "hashed": "$7$x"},
            "iot.device.config": {"version": 1, "reference": "abc", "state": "sent"},
            "iot.command": {
                "command": "identify",
                "reference": "0-1-2",
                "expires_at": _LATER,
            },
            "iot.calibration": {
                "reading_type": "temperature",
                "valid_from": fields.Datetime.now(),
            },
            "iot.device.claim": {"code_hash": "ff", "expires_at": _LATER},
            "iot.firmware.target": {"campaign_id": campaign.id, "stage": 1},
            "iot.device.counter": {"received": 1},
            "iot.device.trend": {"uptime_day": 1},
            "iot.rejected.message": {
                "device_ref": self.tank.device_id,
                "reason": "not_json",
                "topic": "t",
                "detail": "none",
                "first_at": _NOW,
                "last_at": _NOW,
            },
        }
        self.env["iot.device.trend"].search([("device_id", "=", self.tank.id)]).unlink()
        made = {
            model: self.env[model].create(of_it | vals)
            for model, vals in values.items()
        }
        return made | {
            "farm.farm": self.farm,
            "iot.device": self.tank,
            "iot.alert": self.make_alert(device_id=self.tank.id),
            "iot.sensor.reading": self.find(limit=1),
        }

    def snapshot(self):
        """Every stored value of them all, as the database has it."""
        self.env.invalidate_all()
        found = {}
        for model, record in self.records.items():
            stored = [
                name
                for name, field in record._fields.items()
                if field.store and field.column_type and not field.compute
            ]
            found[model] = record.sudo().read(stored, load=None)
        return found

    def call(self, person, model, method, **kwargs):
        """:return: status, and what came back"""
        answer = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(kwargs),
            headers={
                "Authorization": f"Bearer {self.keys[person]}",
                "Content-Type": "application/json",
            },
        )
        return answer.status_code, answer.json()

    def assert_refused(self, person, model, method, **kwargs):
        """For want of a right: no other error counts."""
        status, body = self.call(person, model, method, **kwargs)
        refused = {403, 404}
        if model == "iot.sensor.reading" and method in ("write", "unlink"):
            refused.add(422)  # whoever asks: readings are not changed
        body = body.get("message") if isinstance(body, dict) else body
        self.assertIn(status, refused, f"{person.login} {model}.{method}: {body}")

    def assert_sees_nothing(self, person, model, ids):
        domain = [["id", "in", ids]]
        status, found = self.call(person, model, "search", domain=domain)
        if status == 200:
            self.assertFalse(found, f"{person.login} {model}.search")
        else:
            self.assertEqual(status, 403, f"{person.login} {model}.search")
        self.assert_refused(person, model, "read", ids=ids, fields=["display_name"])

    def assert_changes_nothing(self, person, model, ids):
        name, acts = ACTS[model]
        vals = {name: _VALUES.get(name, "Mine")}
        self.assert_refused(person, model, "write", ids=ids, vals=vals)
        self.assert_refused(person, model, "unlink", ids=ids)
        for method, kwargs in acts.items():
            if method == "get_health" and person == self.keeper:
                continue  # which only reads
            self.assert_refused(person, model, method, ids=ids, **kwargs)

    def assert_wizards_do_nothing(self, person):
        for model, (vals, confirm) in WIZARDS.items():
            vals = vals | {"device_ids": [[6, 0, self.tank.ids]]}
            status, ids = self.call(person, model, "create", vals_list=[vals])
            if status == 200:
                status, body = self.call(person, model, confirm, ids=ids)
                # 422: the device is not there for them, so that none is chosen.
                where = f"{person.login} {model}.{confirm}: {body}"
                self.assertIn(status, (403, 404, 422), where)
            else:
                self.assertEqual(status, 403, f"{person.login} {model}")

    def assert_kept_out(self, people):
        for person in people:
            for model, record in self.records.items():
                with self.subTest(f"{person.login} {model}"):
                    self.assert_sees_nothing(person, model, record.ids)
                    self.assert_changes_nothing(person, model, record.ids)
            self.assert_wizards_do_nothing(person)
        self.assertEqual(self.snapshot(), self.before)

    @mute_logger("odoo.http")
    def test_people_of_another_farm_see_and_change_nothing(self):
        self.assert_kept_out(self.neighbours)

    @mute_logger("odoo.http")
    def test_people_of_another_company_see_and_change_nothing(self):
        self.assert_kept_out(self.outsiders)

    @mute_logger("odoo.http")
    def test_a_viewer_of_the_farm_reads_and_changes_nothing(self):
        hidden = ("certificate", "device.token", "device.claim", "rejected.message")
        for model, record in self.records.items():
            status, _rows = self.call(
                self.keeper, model, "read", ids=record.ids, fields=["display_name"]
            )
            is_hidden = model.removeprefix("iot.") in hidden
            self.assertEqual(status, 403 if is_hidden else 200, model)
            self.assert_changes_nothing(self.keeper, model, record.ids)
        self.assert_wizards_do_nothing(self.keeper)
        self.assertEqual(self.snapshot(), self.before)

    @mute_logger("odoo.http")
    def test_a_key_that_is_not_known_opens_nothing(self):
        self.keys = {self.keeper: "0" * 40}
        for model, record in self.records.items():
            status, _body = self.call(self.keeper, model, "read", ids=record.ids)
            self.assertEqual(status, 401, model)
