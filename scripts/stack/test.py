"""``make test``: two lanes side by side, one line at the end.

The tests of the add-ons, and the end-to-end tests, which kill servers: each lane has
servers of its own. Most of the time end-to-end tests wait; the other lane uses it, and
takes those over that start servers of their own anyway, as it is the shorter one.
"""

import json
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from stack import prometheus, python_env, up
from stack.console import StackError, Steps, say
from stack.lint import prepare_node
from stack.packages import install
from stack.process import SYSTEM_PATH
from stack.proxy import Proxy
from stack.settings import REPO
from stack.temporary import (
    SCRIPTS,
    keep_logs,
    program_environment,
    temporary_folder,
    temporary_stack,
)
from stack.test_addons import run_addon_phases
from stack.test_runner import NO_ODOO, Result, Runner

TESTS = REPO / "tests"
OPERATIONS = [TESTS / name for name in ("deploy", "operations", "scaling")]
ELSEWHERE = [TESTS / "benchmarks", *OPERATIONS]
LANE_LIMIT = 60 * 60  # seconds
POLL = 0.2


def main(arguments: list[str], exclusive) -> int:
    """Run all phases and print the sum."""
    started = time.monotonic()
    with exclusive():
        prepare(Steps(7))
    with temporary_folder() as folder:
        programs = ProgramLane(Path(folder), arguments)
        with programs.beside():
            result = run_lane("test", arguments, run_first_lane, Steps(7))
        result.add(programs.result())
    for line in result.broken:
        say(line)
    say(f"\n{result.skipped} skipped, {time.monotonic() - started:.0f} s in all")
    say(f"{result.passed} passed, {result.failed} failed")
    return 1 if result.failed or not result.passed else 0


def prepare(steps: Steps) -> None:
    """Bring every program that the tests need, without starting any."""
    up.prepare_programs(steps)
    with steps.step("test tools"):
        python_env.prepare(steps, "requirements-dev.txt")
        prepare_node()  # axe-core, which looks for accessibility faults
        if not shutil.which("chromium", path=SYSTEM_PATH):
            install(["chromium"])
        Proxy.prepare()  # it and Prometheus read the configuration in docker/
        prometheus.prepare()


def run_first_lane(runner: Runner, steps: Steps) -> None:
    """Test the add-ons, then how they are deployed, backed up and scaled."""
    run_addon_phases(runner, steps)
    up.start_odoo(runner.stack, steps)
    environment = program_environment(runner.stack)
    runner.phase("operations", OPERATIONS, NO_ODOO, environment)


def run_lane(name: str, arguments: list[str], phases, steps: Steps) -> Result:
    """Run some phases against servers of their own; keep the logs when one fails."""
    with temporary_folder() as folder, temporary_stack(name) as stack:
        runner = Runner(stack, folder, arguments)
        try:
            phases(runner, steps)
        finally:
            if runner.result.failed or not runner.result.passed:
                say(f"\nlogs of this run: {keep_logs(stack)}")
    return runner.result


# --- the second lane


def run_program_phase(runner: Runner, steps: Steps) -> None:
    """Test end to end what people get: all add-ons, one server, a real broker."""
    up.start_servers(runner.stack, steps)
    up.start_odoo(runner.stack, steps)
    runner.phase(
        "end-to-end tests",
        [TESTS],
        [*NO_ODOO, *(f"--ignore={folder}" for folder in ELSEWHERE)],
        program_environment(runner.stack),
    )


def main_programs(arguments: list[str]) -> int:
    """Run the second lane by itself; its first argument is the file for the result."""
    result = run_lane("programs", arguments[1:], run_program_phase, Steps(4))
    Path(arguments[0]).write_text(json.dumps(asdict(result)))
    return 0


class ProgramLane:
    """The second lane, in a process of its own: its servers are that one's children."""

    def __init__(self, folder: Path, arguments: list[str]):
        self.output = folder / "programs.log"
        self.report = folder / "programs.json"
        self.command = [sys.executable, str(SCRIPTS / "stack"), "test-programs"]
        self.command += [str(self.report), *arguments]

    @contextmanager
    def beside(self):
        """Run it beside the block, then show what it printed, until it ends."""
        say("the end-to-end tests run beside the others; what they say comes last")
        with self.output.open("w") as output:
            # a session of its own: Ctrl-C reaches it through us, once
            self.process = subprocess.Popen(
                self.command,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield
            self._follow()
        finally:
            if self.process.poll() is None:
                self.process.send_signal(signal.SIGINT)  # it removes its servers
                self.process.wait()

    def _follow(self) -> None:
        deadline = time.monotonic() + LANE_LIMIT
        with self.output.open() as output:
            while True:
                ended = self.process.poll() is not None
                sys.stdout.write(output.read())
                sys.stdout.flush()
                if ended:
                    return
                if time.monotonic() > deadline:
                    raise StackError("the end-to-end tests did not come to an end")
                time.sleep(POLL)

    def result(self) -> Result:
        """Return what it counted; a lane that broke counts as a failure."""
        if self.report.exists():
            return Result(**json.loads(self.report.read_text()))
        return Result(failed=1, broken=["end-to-end tests: ended without a result"])
