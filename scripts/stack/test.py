"""``make test``: pure tests, add-on tests, end-to-end tests; one line at the end."""

import os
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from stack import python_env, up
from stack.console import Steps, say
from stack.lint import prepare_node
from stack.odoo_server import OdooServer, installable
from stack.odoo_source import locate
from stack.packages import install
from stack.process import (
    SYSTEM_PATH,
    drop_privileges,
    make_folder,
    run,
    service_environment,
)
from stack.settings import ADDONS, GLUE, PYTHON, REPO, TIMESERIES_DB, Stack
from stack.temporary import (
    SCRIPTS,
    keep_logs,
    program_environment,
    temporary_folder,
    temporary_stack,
)

PHASE_LIMIT = 30 * 60  # seconds
NO_TESTS = 5  # pytest's exit code
NO_ODOO = ["-p", "no:odoo"]
EMBEDDED = (ADDONS[0], ADDONS[2])  # those that do without TimescaleDB


@dataclass
class Result:
    """What the phases counted so far."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broken: list[str] = field(default_factory=list)

    def add_report(self, phase: str, report: Path, code: int) -> None:
        """Count one phase from its JUnit report."""
        if report.exists():
            for suite in ElementTree.parse(report).getroot().iter("testsuite"):
                count = {k: int(suite.get(k, 0)) for k in SUITE_COUNTS}
                failed = count["failures"] + count["errors"]
                self.failed += failed
                self.skipped += count["skipped"]
                self.passed += max(count["tests"] - failed - count["skipped"], 0)
                code = 0 if failed else code
        if code not in (0, NO_TESTS):  # it broke in a way the report does not count
            self.failed += 1
            self.broken.append(f"{phase}: pytest ended with code {code}")


SUITE_COUNTS = ("tests", "failures", "errors", "skipped")


class Runner:
    """Runs pytest as the service user, phase by phase."""

    def __init__(self, stack: Stack, folder: str, arguments: list[str]):
        self.stack = stack
        self.folder = folder
        self.arguments = arguments
        self.result = Result()

    def phase(self, name: str, paths: list[Path], options: list, env: dict) -> None:
        """Run one phase on those of its paths that exist."""
        paths = [path for path in paths if path.is_dir()]
        if not paths:
            say(f"\n=== {name}: none in this checkout")
            return
        say(f"\n=== {name}")
        reports = make_folder(self.stack.logs / "reports")
        report = reports / f"{re.sub(r'[^a-z]+', '-', name)}.xml"
        command = [PYTHON, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += [f"--junitxml={report}", *options, *self.arguments, *paths]
        code = self._run([str(word) for word in command], env | {"TMPDIR": self.folder})
        self.result.add_report(name, report, code)

    @staticmethod
    def _run(command: list[str], env: dict) -> int:
        # a session of its own: Ctrl-C reaches it through us, once
        process = subprocess.Popen(
            command, cwd=REPO, env=env, start_new_session=True, **drop_privileges()
        )
        deadline = time.monotonic() + PHASE_LIMIT
        try:
            while process.poll() is None:
                if time.monotonic() > deadline:
                    say(f"not finished after {PHASE_LIMIT // 60} minutes: stopped")
                    return -1
                reap_servers(process.pid)
                time.sleep(0.2)
            return process.returncode
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def reap_servers(keep: int) -> None:
    """Let go of servers that a test has killed.

    They are our children: until we look they are zombies, and PostgreSQL takes a zombie
    for a postmaster that lives.
    """
    look = os.WEXITED | os.WNOHANG | os.WNOWAIT
    while (ended := os.waitid(os.P_ALL, 0, look)) and ended.si_pid != keep:
        os.waitpid(ended.si_pid, 0)


def pure_paths() -> list[Path]:
    """Return the folders with tests that need neither Odoo nor a server."""
    return sorted([*REPO.glob("smartdairy_*/tests/pure"), *SCRIPTS.glob("*/tests")])


def main(arguments: list[str], exclusive) -> int:
    """Run all phases and print the sum."""
    started = time.monotonic()
    steps = Steps(11)
    with exclusive():
        up.prepare_programs(steps)
        with steps.step("test tools"):
            python_env.prepare(steps, "requirements-dev.txt")
            prepare_node()  # axe-core, which looks for accessibility faults
            if not shutil.which("chromium", path=SYSTEM_PATH):
                install(["chromium"])
    with temporary_folder() as folder, temporary_stack("test") as stack:
        runner = Runner(stack, folder, arguments)
        try:
            run_phases(runner, steps)
        finally:
            if runner.result.failed or not runner.result.passed:
                kept = keep_logs(stack)
                say(f"\nlogs of this run: {kept}")
    result = runner.result
    for line in result.broken:
        say(line)
    say(f"\n{result.skipped} skipped, {time.monotonic() - started:.0f} s in all")
    say(f"{result.passed} passed, {result.failed} failed")
    return 1 if result.failed or not result.passed else 0


def run_phases(runner: Runner, steps: Steps) -> None:
    """Pure tests first: they need nothing and fail in seconds."""
    run_pure_tests(runner)
    say()
    up.start_servers(runner.stack, steps)
    odoo = OdooServer(runner.stack)
    odoo.postgres.prepare_odoo(runner.stack.database)
    run_addon_tests(runner, odoo, steps, "embedded store", EMBEDDED)
    run_glue_tests(runner, odoo, steps)
    run_addon_tests(runner, odoo, steps, "TimescaleDB", ADDONS[1:2])
    with steps.step("Odoo server"):
        odoo.start()
    runner.phase(
        "end-to-end tests",
        [REPO / "tests"],
        [*NO_ODOO, f"--ignore={REPO / 'tests' / 'benchmarks'}"],
        program_environment(runner.stack),
    )


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
