"""Who may do what with each model: one table, which no model can be missing from."""

from odoo.tests import TransactionCase, tagged

GROUPS = ("user", "operator", "technician", "manager")
_OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
_NOBODY = ("", "", "", "")
_ALL_READ = ("r", "r", "r", "r")
_MANAGERS_WRITE = ("r", "r", "r", "rwcd")
_TECHNICIANS_ACT = ("", "", "rwcd", "rwcd")

# {model: what viewers, operators, technicians and managers may; rwcd: read, write,
# create, delete}
RIGHTS = {
    "farm.animal": ("r", "rwc", "rwc", "rwcd"),
    "farm.farm": _MANAGERS_WRITE,
    "farm.stall": ("r", "r", "rwc", "rwcd"),
    "farm.tank": ("r", "r", "rwc", "rwcd"),
    "iot.alert": ("r", "rw", "rw", "rw"),
    "iot.alert.acknowledge": ("", "rwcd", "rwcd", "rwcd"),
    "iot.alert.assign": ("", "rwcd", "rwcd", "rwcd"),
    "iot.alert.dismiss": ("", "rwcd", "rwcd", "rwcd"),
    "iot.alert.followup": _NOBODY,
    # Each their own: what they are told of.
    "iot.alert.subscription": ("rwcd", "rwcd", "rwcd", "rwcd"),
    "iot.archive": ("", "", "", "r"),
    "iot.board": ("rwcd", "rwcd", "rwcd", "rwcd"),
    "iot.broker": ("", "", "", "r"),
    "iot.calibration": ("r", "r", "rwcd", "rwcd"),
    "iot.certificate": ("", "", "r", "r"),
    "iot.command": _ALL_READ,
    "iot.command.send": _TECHNICIANS_ACT,
    "iot.compliance.report": ("r", "r", "rwc", "rwcd"),
    "iot.compliance.schedule": ("r", "r", "r", "rwcd"),
    "iot.cooling.limit": _MANAGERS_WRITE,
    "iot.cooling.standard": _MANAGERS_WRITE,
    "iot.credential.issue": ("", "", "rwc", "rwc"),
    "iot.credential.revoke": ("", "", "rwc", "rwc"),
    "iot.device": ("r", "r", "rwc", "rwcd"),
    "iot.device.answer": _NOBODY,
    "iot.device.batch": ("", "", "r", "rd"),
    "iot.device.claim": ("", "", "r", "r"),
    "iot.device.claim.attempt": _NOBODY,
    "iot.device.claim.labels": _TECHNICIANS_ACT,
    "iot.device.config": _ALL_READ,
    "iot.device.config.bulk": _TECHNICIANS_ACT,
    "iot.device.counter": _ALL_READ,
    "iot.device.import": _TECHNICIANS_ACT,
    "iot.device.import.line": _TECHNICIANS_ACT,
    "iot.device.normal": _ALL_READ,
    "iot.device.profile": _MANAGERS_WRITE,
    "iot.device.profile.field": _MANAGERS_WRITE,
    "iot.device.profile.setting": _MANAGERS_WRITE,
    "iot.device.range": _TECHNICIANS_ACT,
    "iot.device.state": _ALL_READ,
    "iot.device.tag": ("r", "r", "rwc", "rwcd"),
    "iot.device.token": ("", "", "r", "r"),
    "iot.device.token.shown": ("", "", "rwc", "rwc"),
    "iot.device.trend": _ALL_READ,
    "iot.discovered.decision": _TECHNICIANS_ACT,
    "iot.discovered.device": ("", "", "r", "rd"),
    "iot.discovered.device.register": _TECHNICIANS_ACT,
    "iot.discovered.device.register.batch": _TECHNICIANS_ACT,
    "iot.escalation": _MANAGERS_WRITE,
    "iot.escalation.step": _MANAGERS_WRITE,
    "iot.firmware": ("r", "r", "rwc", "rwcd"),
    "iot.firmware.campaign": _MANAGERS_WRITE,
    "iot.firmware.target": _ALL_READ,
    "iot.ledger.day": ("", "", "", "r"),
    "iot.ledger.entry": ("", "", "", "r"),
    "iot.kiosk": ("", "", "", "rwcd"),
    "iot.kiosk.link": ("", "", "", "rwc"),
    "iot.kiosk.view": ("", "", "", "rwcd"),
    "iot.listener": ("", "", "", "r"),
    "iot.listener.topic": ("", "", "", "r"),
    "iot.live.watch": _NOBODY,
    "iot.maintenance.window": ("r", "rwc", "rwc", "rwcd"),
    "iot.milk.grade": _MANAGERS_WRITE,
    "iot.milk.quality": _ALL_READ,
    "iot.milk.scoring": _MANAGERS_WRITE,
    "iot.milk.scoring.step": _MANAGERS_WRITE,
    "iot.milking.attention": _ALL_READ,
    "iot.milking.balance": _ALL_READ,
    "iot.milking.meter": _ALL_READ,
    "iot.milking.session": _ALL_READ,
    "iot.notification": _ALL_READ,
    "iot.oncall": _MANAGERS_WRITE,
    "iot.oncall.line": _MANAGERS_WRITE,
    "iot.quarantined.message": ("", "", "r", "rd"),
    "iot.rejected.message": ("", "", "r", "rd"),
    "iot.retained.config": _NOBODY,
    "iot.retention": ("", "", "", "rw"),
    "iot.rule.watch": _NOBODY,
    "iot.rule.watermark": _NOBODY,
    "iot.schedule": _MANAGERS_WRITE,
    "iot.schedule.line": _MANAGERS_WRITE,
    "iot.sensor.reading": _ALL_READ,
    "iot.store.outbox": _NOBODY,
    "iot.tank.batch": _ALL_READ,
    "iot.tank.checkpoint": _NOBODY,
    "iot.tank.cooling": _ALL_READ,
    "iot.tank.late": _NOBODY,
    "iot.tank.state": _ALL_READ,
    "iot.threshold": _MANAGERS_WRITE,
    "iot.threshold.level": _MANAGERS_WRITE,
    "iot.threshold.trial": ("", "", "", "rwc"),
    "iot.threshold.trial.line": ("", "", "", "rc"),
    "iot.webhook": ("", "", "", "rwcd"),
    "iot.webhook.secret": ("", "", "", "rwc"),
}
# {model without a record rule: why there is nothing to hide from whoever reads it}
WITHOUT_RULE = {
    "iot.broker": "one row for the whole database; managers only",
    "iot.listener": "processes of the server; managers only",
    "iot.listener.topic": "what the server listens to; managers only",
    "iot.retention": "one policy for the whole store; managers read it, who acts for "
    "all companies changes it: test_shared.py",
    "iot.sensor.reading": "rows of the store: searching and access follow the device's "
    "rules in code (iot_sensor_reading_search.py), test_sensor_reading_access.py",
}


@tagged("post_install", "-at_install")
class TestGroups(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rows = cls.env["ir.model.data"].search(
            [("module", "=", "smartdairy_iot"), ("model", "=", "ir.model")]
        )
        names = cls.env["ir.model"].browse(rows.mapped("res_id")).mapped("model")
        cls.models = sorted(
            name
            for name in names
            if name in cls.env
            and cls.env[name]._original_module == "smartdairy_iot"
            and not cls.env[name]._abstract
        )
        cls.employee = cls.make_user("groups_employee", "base.group_user")
        cls.people = [
            cls.make_user(f"groups_{group}", f"smartdairy_iot.group_iot_{group}")
            for group in GROUPS
        ]

    @classmethod
    def make_user(cls, login, group):
        group = cls.env.ref(group)
        return cls.env["res.users"].create(
            {"name": login, "login": login, "group_ids": group.ids}
        )

    def rights_of(self, user, name):
        model = self.env[name].with_user(user)
        return "".join(
            letter
            for letter, operation in _OPERATIONS.items()
            if model.has_access(operation)
        )

    def has_rule(self, name, domain=(), operation="read"):
        of_model = [("model_id.model", "=", name), (f"perm_{operation}", "=", True)]
        return bool(self.env["ir.rule"].search([*of_model, *domain]))

    def test_every_model_is_in_the_table(self):
        missing = sorted(set(self.models) - set(RIGHTS))
        self.assertFalse(
            missing,
            f"Nobody has said who may do what with {', '.join(missing)}: write access "
            "lines and record rules in security/, then a line in RIGHTS of this file.",
        )
        gone = sorted(set(RIGHTS) - set(self.models))
        self.assertFalse(gone, "No such models: take them out of RIGHTS.")

    def test_each_group_may_what_the_table_says_and_no_more(self):
        for name in self.models:
            with self.subTest(name):
                found = tuple(self.rights_of(user, name) for user in self.people)
                self.assertEqual(found, RIGHTS.get(name))

    def test_each_group_may_all_that_the_one_before_it_may(self):
        for name, rights in RIGHTS.items():
            for less, more in zip(rights, rights[1:], strict=False):
                self.assertLessEqual(set(less), set(more), name)

    def test_an_employee_without_a_group_may_nothing(self):
        for name in self.models:
            self.assertEqual(self.rights_of(self.employee, name), "", name)

    def test_what_a_group_can_read_has_a_record_rule(self):
        open_ones = {
            name
            for name in self.models
            if not self.env[name]._transient
            and any(RIGHTS.get(name, ()))
            and not self.has_rule(name)
        }
        self.assertEqual(
            open_ones,
            set(WITHOUT_RULE),
            "Write a company rule and a farm rule in security/, or say in WITHOUT_RULE "
            "of this file why there is nothing to hide.",
        )

    def test_a_model_of_which_viewers_read_rows_has_a_rule_for_all(self):
        """A rule of one group only leaves everything open to the others."""
        for name in self.models:
            if RIGHTS.get(name, _NOBODY)[0] and name not in WITHOUT_RULE:
                viewers = self.env.ref("smartdairy_iot.group_iot_user").ids
                for_all = ["|", ("groups", "=", False), ("groups", "in", viewers)]
                self.assertTrue(self.has_rule(name, for_all), name)

    def test_what_all_companies_may_share_is_changed_by_few(self):
        for name in self.models:
            company = self.env[name]._fields.get("company_id")
            if company and not (company.required or company.compute):
                few = [("domain_force", "like", "acts_for_all_companies")]
                self.assertTrue(
                    "w" not in RIGHTS[name][-1] or self.has_rule(name, few, "write"),
                    f"{name}: write a rule in security/iot_shared_rules.xml",
                )

    def test_a_wizard_is_its_owners_alone(self):
        """What somebody types there, such as a signing request, is theirs."""
        for name in self.models:
            if self.env[name]._transient:
                own = [
                    ("groups", "=", False),
                    ("domain_force", "=", "[('create_uid', '=', user.id)]"),
                ]
                self.assertTrue(
                    self.has_rule(name, own),
                    f"{name}: write an owner rule in security/iot_wizard_rules.xml",
                )
