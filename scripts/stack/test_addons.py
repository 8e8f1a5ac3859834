"""The tests of the add-ons: pure ones, then those with Odoo, on copies of databases."""

from pathlib import Path

from stack import up
from stack.console import Steps, say
from stack.odoo_server import OdooServer, installable
from stack.odoo_source import locate
from stack.process import run, service_environment
from stack.settings import ADDONS, GLUE, REPO, TIMESERIES_DB
from stack.temporary import SCRIPTS
from stack.test_runner import NO_ODOO, Runner

EMBEDDED = (ADDONS[0], ADDONS[2])  # those that do without TimescaleDB


def run_addon_phases(runner: Runner, steps: Steps) -> None:
    """Pure tests first: they need nothing and fail in seconds."""
    run_pure_tests(runner)
    up.start_servers(runner.stack, steps)
    odoo = OdooServer(runner.stack)
    odoo.postgres.prepare_odoo(runner.stack.database)
    run_addon_tests(runner, odoo, steps, "embedded store", EMBEDDED)
    run_glue_tests(runner, odoo, steps)
    run_addon_tests(runner, odoo, steps, "TimescaleDB", ADDONS[1:2])


def pure_paths() -> list[Path]:
    """Return the folders with tests that need neither Odoo nor a server."""
    return sorted([*REPO.glob("smartdairy_*/tests/pure"), *SCRIPTS.glob("*/tests")])


def run_pure_tests(runner: Runner) -> None:
    """Run the tests that need no server, folder by folder."""
    path = f"{REPO}:{SCRIPTS}:{locate().python_path}"
    env = service_environment(runner.stack, PYTHONPATH=path)
    for folder in pure_paths():
        name = f"pure tests {folder.relative_to(REPO).as_posix()}"
        # pytest would import the packages above, and with them Odoo's models
        runner.phase(name, [folder], [*NO_ODOO, f"--confcutdir={folder}"], env)
    say()


def run_addon_tests(runner, odoo: OdooServer, steps: Steps, store: str, addons) -> None:
    """Install more add-ons and run their tests on a copy, so that tests may write.

    The readings of the embedded store are rolled back with each test; those in
    TimescaleDB are not: its add-on comes last and has databases of its own.
    """
    addons = [name for name in addons if name in installable()]
    copy = f"{runner.stack.database}_{store.split()[0].lower()}"
    with steps.step(f"Odoo, {store}"):
        odoo.install(addons, steps.note)
        conf = make_copy(odoo, copy)
    run_on_copy(runner, odoo, store, addons, copy, conf)


def run_glue_tests(runner, odoo: OdooServer, steps: Steps) -> None:
    """Test what goes between ours and Odoo's own, such as Inventory.

    Those are installed on a copy only: the database of the later phases is the one that
    people get, without them.
    """
    copy = f"{runner.stack.database}_glue"
    with steps.step("Odoo, Inventory"):
        conf = make_copy(odoo, copy)
        odoo.run_odoo(
            *("-d", copy, "-i", ",".join(GLUE), "--stop-after-init"),
            what="installing the add-ons between ours and Odoo's own",
        )
    run_on_copy(runner, odoo, "Inventory", GLUE, copy, conf)


def make_copy(odoo: OdooServer, copy: str) -> Path:
    """Copy the databases; return the configuration of an Odoo on the copy."""
    conf = odoo.stack.folder / f"{copy}.conf"
    copy_databases(odoo, copy)
    odoo.write_configuration(conf, copy, f"{TIMESERIES_DB}_{copy}")
    return conf


def run_on_copy(runner, odoo: OdooServer, what: str, addons, copy: str, conf) -> None:
    """Run the tests of these add-ons on a copy of the database."""
    options = [f"--odoo-config={conf}", f"--odoo-database={copy}", "--odoo-http"]
    options += [f"--ignore={REPO / name / 'tests' / 'pure'}" for name in addons]
    paths = [REPO / name / "tests" for name in addons]
    runner.phase(f"add-on tests, {what}", paths, options, odoo.environment())
    say()


def copy_databases(odoo: OdooServer, copy: str) -> None:
    """Copy the Odoo database with its files, and the time-series database."""
    odoo.postgres.copy(odoo.stack.database, copy)
    odoo.postgres.copy(TIMESERIES_DB, f"{TIMESERIES_DB}_{copy}")
    files = odoo.stack.folder / "odoo" / "filestore"
    run(
        ["cp", "-a", files / odoo.stack.database, files / copy],
        odoo.stack.logs / f"copy-{copy}.log",
        as_service=True,
        cwd=odoo.stack.folder,
    )
