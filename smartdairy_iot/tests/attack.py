"""What attackers have and want: records of a farm and a company that are not theirs."""

import inspect
import re
from datetime import date, datetime

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from .sensor_reading import SensorReadingCase

SECRET = "SECRET-FARM-7Q"
# What a database, a path, a header or a template could be made to do.
INJECTIONS = (
    "' OR '1'='1",
    "x'; DROP TABLE iot_device; --",
    '"; SELECT pg_sleep(30); --',
    "%s %(x)s {0} {0.__class__}",
    "../../../../etc/passwd",
    "x\r\nX-Injected: 1",
    "<script>alert(1)</script>{{7*7}}",
)


MAGIC = {"id", "create_uid", "create_date", "write_uid", "write_date"}


def our_models(env):
    """Names of our models that a person could ask for."""
    for name, model in sorted(env.registry.items()):
        where = {base.__module__ for base in model.__mro__}
        if any(".smartdairy_iot" in module for module in where):
            if name.startswith(("iot.", "farm.")) and not model._abstract:
                yield name


def public_methods(env, name):
    """``{method: its parameters}`` of what we define and RPC may call."""
    model, found = env.registry[name], {}
    for attribute in dir(model):
        method = getattr(model, attribute, None)
        if attribute.startswith("_") or not inspect.isfunction(method):
            continue
        bases = [base for base in model.__mro__ if attribute in vars(base)]
        ours = any(".smartdairy_iot" in base.__module__ for base in bases)
        private = any(
            getattr(getattr(base, attribute, None), "_api_private", False)
            for base in model.__mro__
        )
        if ours and not private:
            parameters = list(inspect.signature(method).parameters.values())[1:]
            found[attribute] = [p for p in parameters if p.kind != p.VAR_KEYWORD]
    return found


# What no field's type tells.
SPECIAL = {
    "iot.compliance.schedule": {"user_ids": [(6, 0, [2])]},
    "iot.cooling.limit": {"within_minutes": 120},
    "iot.device.profile.setting": {"key": "secret_setting"},
    "iot.escalation": {"reminder_minutes": 10},
    "iot.maintenance.window": {"date_to": datetime(2099, 1, 5)},
    "iot.store.outbox": {"row": {"a": SECRET}},
    "iot.tank.checkpoint": {"state": {"a": SECRET}},
    "iot.threshold": {
        "reading_type": "temperature",
        **dict.fromkeys(("device_id", "profile_id", "location_type"), False),
    },
    "iot.webhook": {"url": f"https://example.com/{SECRET}"},
}


class Refused(Exception):
    """Any of the ways in which something is said not to be possible."""


class AttackCase(SensorReadingCase):
    """``far`` maps each model to a record of another farm in another company.

    ``intruder`` manages a company of their own; ``neighbour`` is a technician of the
    far company, who is not of the farm.
    """

    def setUp(self):
        super().setUp()
        self.other = self.env["res.company"].create({"name": "Other Dairy"})
        self.keeper = self.new_person("keeper", "user", self.env.company)
        self.farm.write(
            {
                "name": SECRET,
                "user_ids": self.keeper.ids,
                "company_id": self.env.company.id,
            }
        )
        self.put_minutes(self.tank, 3)
        self.tank.name = f"{SECRET} tank"
        self.far, self.unmade = {}, {}
        for name in ("farm.tank", "farm.animal", "iot.alert"):
            self.make(name)
        self.far |= {"farm.farm": self.farm, "iot.device": self.tank}
        wanted = {n for n in our_models(self.env) if self.env[n]._auto} - {*self.far}
        while wanted - {*self.far}:  # one needs another
            before = len(self.far)
            for name in sorted(wanted - {*self.far}):
                self.make(name)
            if len(self.far) == before:
                break
        self.far["iot.sensor.reading"] = self.find(limit=1)
        self.intruder = self.new_person("intruder", "manager", self.other)
        self.neighbour = self.new_person("neighbour", "technician", self.env.company)
        self.own_farm = self.env["farm.farm"].create(
            {
                "name": "Near",
                "company_id": self.other.id,
                "user_ids": self.intruder.ids,
            }
        )
        self.own = self.make_device("OWN-1", farm_id=self.own_farm.id)
        self.put_minutes(self.own, 3)
        self.env.flush_all()

    def new_person(self, login, group, company):
        return self.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "password": f"{login}-{login}",
                "group_ids": self.env.ref(f"smartdairy_iot.group_iot_{group}").ids,
                "company_id": company.id,
                "company_ids": company.ids,
            }
        )

    def make(self, name):
        """One record of the far farm, of whatever the model needs."""
        known = {
            "iot.device": self.tank,
            "farm.farm": self.farm,
            "res.company": self.env.company,
            "res.users": self.env.user,
            **self.far,
        }
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                vals = vals_of(self.env[name], known) | SPECIAL.get(name, {})
                made = self.env[name].create(vals)
                self.env.flush_all()
                self.far[name] = made
                self.unmade.pop(name, None)
        except Exception as error:  # noqa: BLE001 - told by the test that counts them
            self.unmade[name] = f"{type(error).__name__}: {error}"
            self.env.invalidate_all()

    def as_user(self, user, model):
        """The model as that user's requests have it."""
        env = self.env(
            user=user, context={"allowed_company_ids": user.company_ids.ids}, su=False
        )
        return env[model]

    def attempt(self, act):
        """What it answers; of a failure nothing stays.

        :raise Refused: no right, no such record, not such a value
        """
        self.env.invalidate_all()  # what others have read is no right of theirs
        try:
            with self.env.cr.savepoint():
                answer = act()
                self.env.flush_all()
                return answer
        except _REFUSALS as error:
            raise Refused(str(error)) from error

    def snapshot(self):
        """Every stored value of the far records, as the database has it."""
        self.env.invalidate_all()
        found = {}
        for model, record in self.far.items():
            record = record.sudo()
            stored = [
                name
                for name, field in record._fields.items()
                if field.store and field.column_type and not field.compute
            ]
            found[model] = record.exists() and record.read(stored, load=None)
        return found


_REFUSALS = (
    *(AccessError, UserError, TypeError, ValueError, KeyError, AttributeError),
    # Values that a column does not take, given to it as values: never as SQL.
    *(psycopg2.DataError, psycopg2.IntegrityError),
)


def vals_of(model, known):
    """What a new record needs, and every relation to what is known.

    :param known: ``{model: record}``
    """
    vals = {}
    for field in model._fields.values():
        if field.store and field.name not in MAGIC and not field.related:
            value = a_value(field, known)
            if value is not None:
                vals[field.name] = value
    given = model.default_get(list(vals))
    return {
        name: value
        for name, value in vals.items()
        if name not in given or model._fields[name].type == "many2one"
    }


def a_value(field, known):
    """Something that this field takes; None: leave it out."""
    if field.type == "many2one":
        record = known.get(field.comodel_name)
        return record.id if record else None
    if field.type == "many2many":
        record = known.get(field.comodel_name)
        return record.ids if record and field.comodel_name != "res.users" else None
    if not field.required:
        return SECRET if field.name == "name" else None
    if field.type == "selection":
        values = field.selection
        return values[0][0] if isinstance(values, list) else None
    makers = {
        "char": lambda: f"{SECRET}-{re.sub('[^a-z]', '', field.name)}",
        "text": lambda: SECRET,
        "datetime": lambda: datetime(2026, 1, 5, 6),
        "date": lambda: date(2026, 1, 5),
        "integer": lambda: 1,
        "float": lambda: 1.0,
        "json": dict,
        "binary": lambda: b"AAAA",
    }
    maker = makers.get(field.type)
    return maker() if maker else None
