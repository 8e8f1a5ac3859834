"""One phase of the tests: pytest as the service user, counted from its report."""

import os
import re
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from stack.console import say
from stack.process import drop_privileges, make_folder
from stack.settings import PYTHON, REPO, Stack

PHASE_LIMIT = 30 * 60  # seconds
NO_TESTS = 5  # pytest's exit code
NO_ODOO = ["-p", "no:odoo"]


@dataclass
class Result:
    """What the phases counted so far."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, other: "Result") -> None:
        """Count what another lane counted."""
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.broken += other.broken

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
