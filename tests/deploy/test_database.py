"""docker/timescaledb/: roles, databases and rights, in a real PostgreSQL."""

import shutil

import pytest
from operations import backup, restore
from operations.connection import Database, Snapshot
from stack.console import StackError

from tests.deploy.places import FOREIGN, has_namespaces, run


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
    found = cluster.sql(f"{names} <> 'plpgsql'", database="smartdairy")
    assert sorted(found.splitlines()) == ["pg_trgm", "postgres_fdw", "unaccent"]


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


def test_run_again_it_keeps_what_is_there_and_takes_a_new_password(
    cluster, secrets, tmp_path
):
    before = cluster.sql("SELECT oid, datname FROM pg_database ORDER BY 1")
    changed = shutil.copytree(secrets, tmp_path / "secrets")
    (changed / "analyst_db_password").chmod(0o644)
    (changed / "analyst_db_password").write_text("changed-by-somebody")
    cluster.set_up(SECRETS=changed)
    assert cluster.sql("SELECT oid, datname FROM pg_database ORDER BY 1") == before
    analyst = {"user": "analyst", "password": "changed-by-somebody"}
    assert cluster.sql("SELECT 1", **analyst, database="smartdairy") == "1"
    with pytest.raises(AssertionError, match="permission denied for database"):
        cluster.sql("SELECT 1", **analyst, database="smartdairy_iot")


def test_a_password_that_is_missing_takes_none_away(cluster, secrets, tmp_path):
    passwords = (
        "SELECT rolname, rolpassword FROM pg_authid WHERE rolcanlogin ORDER BY 1"
    )
    before = cluster.sql(passwords)
    fewer = shutil.copytree(secrets, tmp_path / "secrets")
    (fewer / "analyst_db_password").unlink()
    with pytest.raises(AssertionError, match="analyst_db_password is missing"):
        cluster.set_up(SECRETS=fewer)
    by_hand = [cluster.bin / "psql", "-h", cluster.socket, "-p", cluster.port]
    by_hand += ["-U", "postgres", "-d", "smartdairy", "-f", FOREIGN]
    with pytest.raises(AssertionError, match="must be in the folder SECRETS"):
        run(*by_hand, SECRETS=fewer)
    assert cluster.sql(passwords) == before


def test_odoo_may_have_another_name_where_it_owns_its_databases(cluster, secrets):
    """As in an installation without docker."""
    cluster.sql("CREATE ROLE dairy")
    for name, script in (("farm", FOREIGN), ("farm_iot", FOREIGN.with_stem("reader"))):
        cluster.sql(f"CREATE DATABASE {name} OWNER dairy TEMPLATE template0")
        psql = [cluster.bin / "psql", "-h", cluster.socket, "-p", cluster.port]
        run(*psql, "-U", "postgres", "-d", name, "-f", script, SECRETS=secrets)
    may = "SELECT has_schema_privilege('dairy', 'readings', 'CREATE')"
    assert cluster.sql(may, database="farm") == "t"
    later = (
        "SET ROLE dairy; CREATE TABLE later AS SELECT 1; SET ROLE reader; TABLE later"
    )
    assert cluster.sql(later, database="farm_iot") == "1"


def test_the_superuser_runs_nothing_that_odoo_has_put_into_its_database(
    cluster, secrets
):
    """Whoever has taken over Odoo waits for the next run of the set-up."""
    odoo = {"user": "odoo", "password": secret(secrets, "odoo_db_password")}
    trap = "'ALTER ROLE odoo SUPERUSER'"
    for kind in ("name", "text"):
        cluster.sql(
            f"CREATE FUNCTION public.format(text, {kind}) RETURNS text"
            f" RETURN {trap}::text",
            **odoo,
            database="smartdairy",
        )
    cluster.set_up()
    query = "SELECT rolname FROM pg_roles WHERE rolsuper"
    assert cluster.sql(query) == "postgres"
    for kind in ("name", "text"):
        cluster.sql(f"DROP FUNCTION public.format(text, {kind})", database="smartdairy")


def test_no_password_is_in_the_log_though_each_statement_is(cluster, secrets):
    log = (cluster.folder / "log").read_text()
    assert "CREATE SCHEMA IF NOT EXISTS readings" not in log, "it hides itself whole"
    assert "CREATE EXTENSION IF NOT EXISTS timescaledb" in log, "or nothing was logged"
    for file in secrets.glob("*_db_password"):
        assert file.read_text() not in log, file.name


def test_the_foreign_server_is_where_the_readings_are_and_is_not_odoos(cluster):
    query = (
        "SELECT srvname, pg_get_userbyid(srvowner),"
        " 'updatable=false' = ANY(srvoptions),"
        " 'dbname=smartdairy_iot' = ANY(srvoptions),"
        f" 'port={cluster.port}' = ANY(srvoptions) FROM pg_foreign_server"
    )
    found = cluster.sql(query, database="smartdairy")
    assert found == "timescale|readings_link|t|t|t"


def test_a_backup_is_restored_where_nobody_has_made_the_server(
    cluster, secrets, tmp_path
):
    """Its roles and passwords are the new server's: the set-up makes it anew."""
    odoo = f"user=odoo password={secret(secrets, 'odoo_db_password')}"
    where = f"host=127.0.0.1 port={cluster.port}"
    cluster.sql("CREATE TABLE kept AS SELECT 1 AS n", database="smartdairy")
    cluster.sql("ALTER TABLE kept OWNER TO odoo", database="smartdairy")
    dump = tmp_path / "odoo.dump"
    with Snapshot(Database(f"{where} {odoo} dbname=smartdairy")) as moment:
        backup.pg_dump(moment, dump)
    cluster.sql("CREATE DATABASE restored TEMPLATE template0")
    postgres = f"host={cluster.socket} port={cluster.port} user=postgres"
    restore.pg_restore(dump, Database(f"{postgres} dbname=restored"))
    assert cluster.sql("SELECT n FROM kept", database="restored") == "1"
    for catalogue in ("pg_foreign_server", "pg_user_mappings"):
        assert not cluster.sql(f"SELECT 1 FROM {catalogue}", database="restored")
    schemas = "SELECT 1 FROM pg_namespace WHERE nspname LIKE 'readings%'"
    assert not cluster.sql(schemas, database="restored")


def test_a_database_of_any_name_is_made_for_the_restore_and_no_more(cluster):
    where = f"host={cluster.socket} port={cluster.port}"
    postgres = Database(f"{where} dbname=postgres user=postgres")
    named = postgres.named("""dairy's "first"; DROP ROLE odoo""")
    restore.create(postgres, named, "odoo")
    assert named.ask("SELECT current_database()") == [[named.name]]
    with pytest.raises(StackError, match="there is no role odoo' OR 'x"):
        restore.create(postgres, postgres.named("other"), "odoo' OR 'x' = 'x")


def test_postgresql_writes_nowhere_but_to_its_data_and_its_socket(cluster, tmp_path):
    """What has been tested here, has been with the read-only root of compose.yaml."""
    if not has_namespaces():
        pytest.skip("an ordinary user has no view of the files of its own here")
    with pytest.raises(AssertionError, match="Read-only file system"):
        cluster.sql(f"COPY (SELECT 1) TO '{tmp_path}/written'")
