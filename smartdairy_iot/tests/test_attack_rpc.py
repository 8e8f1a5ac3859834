"""Every method that RPC can call, by people who may not: also those of tomorrow."""

import json
from contextlib import suppress
from inspect import Parameter

from odoo.service.model import call_kw
from odoo.tests import tagged
from odoo.tools import mute_logger

from .attack import (
    INJECTIONS,
    SECRET,
    SPECIAL,
    AttackCase,
    Refused,
    our_models,
    public_methods,
    vals_of,
)

_QUIET = ("odoo.sql_db", "odoo.models", "odoo.addons.base.models.ir_rule")


# One per table, which is there already; a part of a rule. They have no acts.
NOT_MADE = {"iot.retention", "iot.threshold.level"}
# What these may read. That they do not change it, test_groups and test_rpc_groups say.
SHARED = {
    # Settings of the company that the neighbour is of.
    ("neighbour", "iot.cooling.standard"),
    ("neighbour", "iot.device.profile"),
    ("neighbour", "iot.device.tag"),
    ("neighbour", "iot.milk.scoring"),
}


@tagged("post_install", "-at_install")
class TestAttackRpc(AttackCase):
    def argument(self, parameter):
        """What somebody gives who wants the far farm's."""
        known = {
            "device_id": self.tank.id,
            "device_ids": self.tank.ids,
            "farm_id": self.farm.id,
            "reading_type": "temperature",
            "reading_types": ["temperature"],
            "measure": "temperature",
            "span": "week",
            "period": "7d",
            "start": "2026-01-01 00:00:00",
            "end": "2027-01-01 00:00:00",
            "domain": [],
            "fields_list": ["device_ids", "farm_id"],
            "field_name": "farm_id",
            "days": 30,
            "values": {"device_id": self.tank.id},
            "vals": {"name": "Mine"},
            "vals_list": [{"name": "Mine", "device_id": self.tank.id}],
            "default": {},
        }
        if parameter.name in known:
            return known[parameter.name]
        self.assertIsNot(
            parameter.default, Parameter.empty, f"what is {parameter.name} of a method?"
        )
        return parameter.default

    def calls(self, name, record):
        """``(method, arguments)``: with what the parameters ask for."""
        for method, parameters in public_methods(self.env, name).items():
            arguments = [self.argument(p) for p in parameters]
            is_model = getattr(getattr(self.registry[name], method), "_api_model", 0)
            yield method, arguments if is_model else [record.ids, *arguments]

    @mute_logger(*_QUIET)
    def test_no_method_tells_or_changes_anything_of_another_farm_or_company(self):
        self.assertEqual(self.unmade.keys() - NOT_MADE, set(), self.unmade)
        before, count = self.snapshot(), 0
        for user in (self.intruder, self.neighbour):
            for name in our_models(self.env):
                record = self.far.get(name, self.env[name])
                if (user.login, name) in SHARED:
                    continue
                for method, arguments in self.calls(name, record):
                    with self.subTest(f"{user.login} {name}.{method}"):
                        count += 1
                        model = self.as_user(user, name)
                        try:
                            answer = self.attempt(
                                lambda: call_kw(model, method, arguments, {})  # noqa: B023
                            )
                        except Refused as refusal:
                            self.assertNotIn(SECRET, str(refusal))
                            continue
                        self.assertNotIn(SECRET, json.dumps(answer, default=str))
            self.assertEqual(self.snapshot(), before, user.login)
        self.assertGreater(count, 300)

    @mute_logger(*_QUIET)
    def test_nobody_ties_what_is_theirs_to_what_is_anothers(self):
        """By a field that no form of theirs offers (mass assignment)."""
        known = {
            "farm.farm": self.own_farm,
            "iot.device": self.own,
            "res.company": self.other,
            "res.users": self.intruder,
        }
        wanted, tried = {*known, "farm.tank", "farm.animal", "iot.alert"}, 0
        wanted.discard("res.users")
        for name in our_models(self.env):
            model = self.as_user(self.intruder, name)
            # A wizard asks for the right to each when it acts: see test_rpc_groups.
            if model._transient or not model.has_access("write"):
                continue
            with suppress(Refused):
                vals = vals_of(model, known) | SPECIAL.get(name, {})
                record = self.attempt(lambda: model.create(vals))  # noqa: B023
                tried += self.tie(record, wanted)
        self.assertGreater(tried, 25)

    def tie(self, record, wanted):
        """:return: how many fields were tried"""
        names = [
            name
            for name, field in record._fields.items()
            if field.store and field.comodel_name in wanted
        ]
        for name in names:
            far = {"res.company": self.env.company, **self.far}
            theirs = far[record._fields[name].comodel_name]
            single = record._fields[name].type == "many2one"
            value = theirs.id if single else [(4, theirs.id)]
            with self.subTest(f"{record._name}.{name}"):
                with suppress(Refused):
                    self.attempt(lambda: record.write({name: value}))  # noqa: B023
                self.env.invalidate_all()
                if record.sudo().exists():
                    self.assertNotIn(theirs, record.sudo()[name])
        return len(names)

    @mute_logger(*_QUIET)
    def test_nobody_silences_a_farm_or_device_that_they_do_not_see(self):
        span = {"date_from": "2026-01-05 06:00:00", "date_to": "2099-01-01 00:00:00"}
        windows = self.as_user(self.intruder, "iot.maintenance.window")
        own = windows.create({"reason": "x", "farm_id": self.own_farm.id, **span})
        for scope in (
            {"farm_id": self.farm.id},
            {"device_ids": [(6, 0, self.tank.ids)]},
        ):
            with self.assertRaises(Refused):
                self.attempt(lambda: windows.create({"reason": "x", **scope, **span}))  # noqa: B023
            with self.assertRaises(Refused):
                self.attempt(lambda: own.write(scope))  # noqa: B023

    @mute_logger(*_QUIET)
    def test_nobody_is_told_of_another_companys_alerts_by_a_webhook(self):
        webhooks = self.as_user(self.intruder, "iot.webhook")
        vals = {"name": "Mine", "url": "https://example.com/x"}
        own = webhooks.create(vals)
        for company in (self.env.company.id, False):
            with self.assertRaises(Refused):
                self.attempt(lambda: webhooks.create({**vals, "company_id": company}))  # noqa: B023
            with self.assertRaises(Refused):
                self.attempt(lambda: own.write({"company_id": company}))  # noqa: B023

    @mute_logger(*_QUIET)
    def test_no_text_given_to_a_method_becomes_sql(self):
        for name in our_models(self.env):
            own = self.own if name == "iot.device" else self.env[name]
            for method, parameters in public_methods(self.env, name).items():
                if not parameters or method in ("create", "write"):
                    continue
                model = self.as_user(self.intruder, name)
                is_model = getattr(
                    getattr(self.registry[name], method), "_api_model", False
                )
                for evil in INJECTIONS:
                    for evil_at in range(len(parameters)):
                        arguments = [self.argument(p) for p in parameters]
                        given = arguments[evil_at]
                        arguments[evil_at] = [evil] if isinstance(given, list) else evil
                        arguments = arguments if is_model else [own.ids, *arguments]
                        with self.subTest(f"{name}.{method}", evil=evil, at=evil_at):
                            self.assert_no_sql(model, method, arguments)

    def assert_no_sql(self, model, method, arguments):
        """What PostgreSQL cannot parse would be an error of another kind."""
        with suppress(Refused):
            self.attempt(lambda: call_kw(model, method, arguments, {}))

    @mute_logger(*_QUIET)
    def test_no_field_order_or_group_of_a_search_becomes_sql(self):
        readings = self.as_user(self.intruder, "iot.sensor.reading")
        for evil in (*INJECTIONS, "value DESC; DROP TABLE iot_device", "value, (1)"):
            acts = (
                lambda: readings.search([(evil, "=", 1)]),  # noqa: B023
                lambda: readings.search([("location", "ilike", evil)]).ids,  # noqa: B023
                lambda: readings.search([("timestamp", ">", evil)]).ids,  # noqa: B023
                lambda: readings.search([], order=evil),  # noqa: B023
                lambda: readings.formatted_read_group([], [evil], ["__count"]),  # noqa: B023
                lambda: readings.formatted_read_group(
                    [],
                    [f"timestamp:{evil}"],  # noqa: B023
                    ["__count"],
                ),
                lambda: readings.formatted_read_group(
                    [],
                    ["device_id"],
                    [f"value:{evil}"],  # noqa: B023
                ),
                lambda: readings.formatted_read_group(
                    [],
                    ["device_id"],
                    ["value:avg"],
                    order=evil,  # noqa: B023
                ),
            )
            for number, act in enumerate(acts):
                with self.subTest(evil=evil, act=number):
                    with suppress(Refused):
                        self.attempt(act)
