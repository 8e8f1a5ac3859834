"""Connection strings in both forms; what cannot be handed on is refused."""

import pytest
from operations.connection import Database, parse
from psycopg2.extensions import parse_dsn
from stack.console import StackError

KEYWORDS = (
    "host=db.example.com port=5433 dbname=smartdairy_iot user=odoo password='a b'"
)
ADDRESS = "postgresql://odoo:a%20b@db.example.com:5433/smartdairy_iot"


@pytest.mark.parametrize("dsn", [KEYWORDS, ADDRESS])
def test_both_forms_say_the_same(dsn):
    assert parse(dsn) == {
        "host": "db.example.com",
        "port": "5433",
        "dbname": "smartdairy_iot",
        "user": "odoo",
        "password": "a b",
    }


@pytest.mark.parametrize(
    "words",
    [
        r"user = odoo password = a\ b",
        r"user=odoo password='it\'s a \\ b' ",
        "user=odoo password='' port=5433",
        'user=odoo password="a"',
        "user=odoo password=a'b=c",
        "user=odoo password=",
    ],
)
def test_a_connection_string_is_read_as_postgresql_and_so_odoo_read_it(words):
    dsn = f"dbname=iot {words}"
    assert parse(dsn) == parse_dsn(dsn)
    assert parse(Database(dsn).named("x").dsn) == {**parse_dsn(dsn), "dbname": "x"}


def test_several_hosts_are_handed_on():
    found = Database(
        "host=a,b port=5432 dbname=x target_session_attrs=read-write"
    ).environment()
    assert found["PGHOST"] == "a,b"
    assert found["PGTARGETSESSIONATTRS"] == "read-write"


def test_another_database_of_the_same_server():
    assert parse(Database(KEYWORDS).named("postgres").dsn) == {
        **parse(KEYWORDS),
        "dbname": "postgres",
    }


@pytest.mark.parametrize(
    ("dsn", "why"),
    [
        ("", "dbname is missing"),
        ("host=a", "dbname is missing"),
        ("nonsense", "not a connection string"),
        ("dbname=x password='secret", "not a connection string"),
        ("dbname=x pass word=secret", "not a connection string"),
        ("mysql://a/b", "not a connection string"),
        ("dbname=x passwrd=secret", "passwrd not known"),
    ],
)
def test_what_is_none_is_said_without_its_password(dsn, why):
    with pytest.raises(StackError, match=why) as error:
        parse(dsn)
    assert "secret" not in str(error.value)
