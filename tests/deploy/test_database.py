"""docker/timescaledb/: roles, databases and rights, in a real PostgreSQL."""

import pytest


def secret(secrets, name):
    return (secrets / name).read_text()


def test_odoo_owns_both_databases_and_is_no_superuser(cluster):
    rows = cluster.sql(
        "SELECT datname, pg_get_userbyid(datdba) FROM pg_database"
        " WHERE datname LIKE 'smartdairy%' ORDER BY 1"
    )
    assert rows.splitlines() == ["smartdairy|odoo", "smartdairy_iot|odoo"]
    rights = (
        "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname"
    )
    assert cluster.sql(f"{rights} = 'odoo'") == "f"
    assert cluster.sql(f"{rights} = 'reader'") == "f"


def test_the_extensions_are_there_that_only_a_superuser_adds(cluster):
    names = "SELECT extname FROM pg_extension WHERE extname"
    found = cluster.sql(f"{names} = 'timescaledb'", database="smartdairy_iot")
    assert found == "timescaledb"
    found = cluster.sql(f"{names} IN ('pg_trgm', 'unaccent')", database="smartdairy")
    assert sorted(found.splitlines()) == ["pg_trgm", "unaccent"]


def test_reader_reads_what_odoo_makes_later_and_can_change_nothing(cluster, secrets):
    odoo = {"user": "odoo", "password": secret(secrets, "odoo_db_password")}
    reader = {"user": "reader", "password": secret(secrets, "reader_db_password")}
    store = {"database": "smartdairy_iot"}
    cluster.sql("CREATE TABLE later AS SELECT 7 AS n", **odoo, **store)
    assert cluster.sql("SELECT n FROM later", **reader, **store) == "7"
    for attempt in (
        "INSERT INTO later VALUES (8)",
        "SET default_transaction_read_only = off; DELETE FROM later",
        "SET default_transaction_read_only = off; CREATE TABLE mine (n int)",
    ):
        with pytest.raises(AssertionError, match="permission denied|read-only"):
            cluster.sql(attempt, **reader, **store)
    with pytest.raises(AssertionError, match="permission denied for database"):
        cluster.sql("SELECT 1", **reader, database="smartdairy")
    with pytest.raises(AssertionError, match="password authentication failed"):
        cluster.sql("SELECT 1", user="reader", password="reader", **store)
