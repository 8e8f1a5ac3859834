"""``make bench``: the benchmarks of ``tests/benchmarks`` against a fresh stack."""

import os
import shutil
import subprocess
import time

from stack import nats, python_env, redis_server, up
from stack.console import StackError, Steps, say
from stack.packages import install
from stack.process import SYSTEM_PATH, drop_privileges
from stack.settings import PYTHON, REPO, RUN, Stack, given
from stack.temporary import (
    keep_logs,
    program_environment,
    temporary_folder,
    temporary_stack,
)
from stack.test_runner import reap_servers

OUTPUT = RUN / "bench.jsonl"


def main(arguments: list[str], exclusive) -> int:
    """Run the benchmarks; they print a table and write one JSON object per line."""
    if not (REPO / "tests" / "benchmarks" / "__main__.py").exists():
        raise StackError("this checkout has no tests/benchmarks")
    steps = Steps(11)
    with exclusive():
        up.prepare_programs(steps)
        with steps.step("what it is compared with"):
            python_env.prepare(steps, "requirements-bench.txt")
            redis_server.prepare()
            if not shutil.which("chromium", path=SYSTEM_PATH):
                install(["chromium"])
            if any("proofs" in word for word in arguments):  # these are tests
                python_env.prepare(steps, "requirements-dev.txt")
                nats.prepare()
    if any(daemon.pid() for daemon in up.services(Stack("main"))):
        say("       'make run' is running beside it: the figures will be lower")
    with temporary_folder() as folder, temporary_stack("bench") as stack:
        up.start_servers(stack, steps)
        up.start_odoo(stack, steps)
        OUTPUT.touch()
        if os.geteuid() == 0:
            os.chown(OUTPUT, *stack.owner)
        with redis_server.running(stack) as redis:
            code = run(stack, arguments, TMPDIR=folder, BENCH_REDIS_URL=redis)
        if code:
            say(f"logs of this run: {keep_logs(stack)}")
    return code


def run(stack: Stack, arguments: list[str], **variables: str) -> int:
    """Run the benchmarks as the service user."""
    where = {"SMARTDAIRY_ENV": str(stack.env_file), "BENCH_OUTPUT": str(OUTPUT)}
    where["BENCH_STORE_DSN"] = given("TIMESCALE_DSN")  # such as a Community server's
    env = program_environment(stack, **where, **variables)
    command = [str(PYTHON), "-m", "tests.benchmarks", *arguments]
    process = subprocess.Popen(command, cwd=REPO, env=env, **drop_privileges())
    try:
        while process.poll() is None:
            reap_servers(process.pid)  # those that the soak has killed
            time.sleep(0.2)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return process.returncode
