"""What the stack's servers have written: no secret of its configuration."""

import configparser
import os
import re
from pathlib import Path

from tests.support.servers import stack

SECRET = re.compile("passw|secret|token$|dsn")


def secrets():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(os.environ["ODOO_CONF"])
    for section in parser.values():
        for key, value in section.items():
            if SECRET.search(key):
                found = re.search(r"password=(\S+)", value)
                yield key, found[1] if found else value
    yield from stack().secrets.items()


def test_no_secret_is_in_any_log_of_odoo_the_database_and_the_broker(odoo):
    odoo.call("res.users", "search_count", [])  # something was asked for
    logs = {path.name: path.read_text() for path in Path(stack().logs).glob("*.log")}
    assert "Listening for database" in logs["odoo.log"], "or nothing was logged"
    known = {key: value for key, value in secrets() if len(value) > 5}
    assert len(known) > 6
    for name, text in logs.items():
        for key, value in known.items():
            assert value not in text, f"{key} is in {name}"
