"""``odoo.conf`` as the doctor reads it, and everything in it that nobody must see."""

import configparser
import os
import re
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn
from reference import settings_table

from doctor.finding import Finding, fail, ok, warn

declared = settings_table.module()
HIDDEN = "(hidden)"
_SECRET_KEY = re.compile(r"passw|secret|token|_key$|dsn", re.IGNORECASE)
_NOT_SECRET = {"token_port", "ca_key", "mqtt_key", "ssl_private_key"}  # ports and paths
_SHORTEST = 6  # a shorter word is found in too much that is none


@dataclass(frozen=True)
class Configuration:
    """:param options: section ``[options]``; :param settings: the add-on's dataclass"""

    path: Path
    options: dict[str, str]
    section: dict[str, str]
    settings: object
    database: str

    @classmethod
    def read(cls, path: Path, settings_class, database: str = "") -> "Configuration":
        """:raise ValueError: it cannot be used; the message says why"""
        parser = configparser.ConfigParser(interpolation=None, strict=False)
        try:
            found = parser.read(path, encoding="utf-8")
        except configparser.Error as error:
            raise ValueError(f"{path} is no configuration: {error}") from None
        if not found:
            raise ValueError(f"{path} cannot be read")
        options = dict(parser["options"]) if parser.has_section("options") else {}
        named = parser.has_section("smartdairy_iot")
        section = dict(parser["smartdairy_iot"]) if named else {}
        settings = settings_class.read(os.environ, section)
        names = options.get("db_name", "").split(",")
        name = database or names[0].strip()
        if name in ("", "False"):
            raise ValueError("which database? db_name is empty: give --database")
        return cls(path, options, section, settings, name)

    def odoo_dsn(self) -> dict[str, str]:
        """How Odoo reaches its database, as psycopg2 takes it."""
        keys = {"host": "db_host", "port": "db_port", "user": "db_user"}
        keys |= {"password": "db_password", "sslmode": "db_sslmode"}
        given = {name: self.options.get(key, "") for name, key in keys.items()}
        known = {name: v for name, v in given.items() if v not in ("", "False", "0")}
        return known | {"dbname": self.database}

    def secrets(self) -> set[str]:
        """Every value that must be in nothing that leaves this machine."""
        found = self.settings.secrets()
        for key, value in {**self.options, **self.section}.items():
            found |= secret_values(key, value)
        return {value for value in found if len(value) >= _SHORTEST}

    def redacted(self) -> str:
        """The file without secrets, and the environment that overrides it."""
        lines = []
        for title, section in (
            ("options", self.options),
            ("smartdairy_iot", self.section),
        ):
            lines.append(f"[{title}]")
            lines += [f"{key} = {_shown(key, section[key])}" for key in sorted(section)]
            lines.append("")
        lines.append("# from the environment")
        for key in sorted(os.environ):
            if key.startswith("SMARTDAIRY_IOT_"):
                lines.append(f"{key} = {_shown(key, os.environ[key])}")
        return "\n".join(lines) + "\n"


def secret_values(key: str, value: str) -> set[str]:
    """The secrets in one value: all of it, or the password of a connection string."""
    if not value or value in ("False", "None") or key in _NOT_SECRET:
        return set()
    if "dsn" in key.lower():
        return declared.passwords_in(value)
    return {value} if _SECRET_KEY.search(key) else set()


def _shown(key: str, value: str) -> str:
    if "dsn" in key.lower() and value:
        return _without_passwords(value)
    for secret in secret_values(key.lower().removeprefix("smartdairy_iot_"), value):
        value = value.replace(secret, HIDDEN)
    return value


def _without_passwords(dsn: str) -> str:
    try:
        words = parse_dsn(dsn)
    except psycopg2.ProgrammingError:
        return HIDDEN
    hidden = {name: HIDDEN for name in declared.DSN_SECRETS if name in words}
    return make_dsn(**words | hidden)


def check(configuration: Configuration) -> list[Finding]:
    """What can be said of the file by itself."""
    area, found = "configuration", []
    wide = configuration.options.get("server_wide_modules", "")
    if "smartdairy_iot" in [name.strip() for name in wide.split(",")]:
        found.append(ok(area, f"{configuration.path}: the listener is loaded"))
    else:
        found.append(
            fail(
                area,
                "server_wide_modules lacks smartdairy_iot: nothing listens",
                "server_wide_modules = base,rpc,web,smartdairy_iot, then restart Odoo",
            )
        )
    mode = configuration.path.stat().st_mode & 0o077
    if mode & 0o007:
        remedy = f"chmod 640 {configuration.path}, owned by Odoo's user"
        found.append(warn(area, "everybody may read its passwords", remedy))
    if configuration.options.get("admin_passwd", "admin") == "admin":
        found.append(
            warn(
                area,
                "admin_passwd is the default: whoever reaches Odoo may drop databases",
                "set a long admin_passwd, and list_db = False",
            )
        )
    return found
