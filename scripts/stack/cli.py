"""The commands behind the Makefile."""

import argparse
import fcntl
from contextlib import contextmanager
from pathlib import Path

from stack import bench, down, examine, lint, survival, test, up
from stack.console import StackError, Steps, say
from stack.settings import RUN, Stack


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a failure is one line, never a traceback."""
    parser = argparse.ArgumentParser(prog="stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, function in COMMANDS.items():
        command = commands.add_parser(name, help=function.__doc__.splitlines()[0])
        command.set_defaults(function=function)
        if name in WITH_STACK:
            command.add_argument("--stack", default="main")
        if name in ("backup", "restore"):
            which = {"backup": "--to", "restore": "--from"}[name]
            command.add_argument(which, type=Path, required=True, dest="folder")
            command.add_argument("--passphrase-file", type=Path)
        if name in ("start", "stop"):
            command.add_argument("services", nargs="*", metavar="SERVICE")
    options, rest = parser.parse_known_args(arguments)
    options.rest = rest
    if rest and options.command not in WITH_MORE:
        parser.error(f"{options.command} takes no {' '.join(rest)}")
    try:
        return options.function(options) or 0
    except StackError as error:
        return fail(error)
    except PermissionError as error:
        remedy = "run make as the user who set it up (or remove .run as that user)"
        return fail(StackError(f"not allowed: {error.filename}", remedy=remedy))
    except OSError as error:
        return fail(StackError(f"{error}", remedy="is the disk full? df -h"))
    except KeyboardInterrupt:
        say("\ninterrupted")
        return 130


def fail(error: StackError) -> int:
    """Print a failure and return the exit code."""
    say()
    for line in error.lines():
        say(line)
    return 1


@contextmanager
def exclusive():
    """Let one set-up at a time work on what all stacks share."""
    RUN.mkdir(mode=0o755, exist_ok=True)
    with (RUN / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is running in this checkout: waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def run(options) -> None:
    """Start everything: servers, Odoo with the add-ons, simulated farms."""
    with exclusive():
        up.run()


def prepare(options) -> None:
    """Download and unpack every program, start nothing."""
    with exclusive():
        up.prepare_programs(Steps(6))


def start(options) -> None:
    """Start servers of a stack that is set up."""
    stack = Stack(options.stack)
    if not stack.env_file.exists():
        raise StackError(f"stack '{stack.name}' is not set up", remedy="make run")
    names = options.services or ["postgres", "mosquitto", "odoo"]
    for server in up.startable(stack):
        if server.daemon.name in names:
            server.start()
            say(f"{server.daemon.name} runs")


def stop(options) -> None:
    """Stop the servers."""
    down.stop(Stack(options.stack), options.services)


def status(options) -> None:
    """Say what runs, on which ports, and what was counted."""
    down.status(Stack(options.stack))


def logs(options) -> None:
    """Follow the logs."""
    down.logs(Stack(options.stack))


def doctor(options) -> int:
    """Look for what is wrong, with its remedy, and write a support bundle."""
    return examine.main(Stack(options.stack), options.rest)


def clean(options) -> None:
    """Stop everything and remove .run."""
    down.clean()


def run_tests(options) -> int:
    """Run all tests in a stack of their own."""
    return test.main(options.rest, exclusive)


def run_programs(options) -> int:
    """Run the end-to-end tests alone; make test runs this beside the others."""
    return test.main_programs(options.rest)


def run_bench(options) -> int:
    """Run the benchmarks in a stack of their own."""
    return bench.main(options.rest, exclusive)


def run_lint(options) -> int:
    """Check the style of Python, JavaScript and XML."""
    return lint.main(exclusive)


def save(options) -> None:
    """Back up a stack into a new folder, while it works."""
    stack = Stack(options.stack)
    if not stack.env_file.exists():
        raise StackError(f"stack '{stack.name}' is not set up", remedy="make run")
    survival.save(stack, options.folder, options.passphrase_file)


def restore(options) -> None:
    """Restore a backup into a stack that does not exist yet, and start it."""
    with exclusive():
        survival.load(options.stack, options.folder, options.passphrase_file)


# What follows goes to pytest, the benchmarks or the doctor.
WITH_MORE = ("test", "test-programs", "bench", "doctor")
WITH_STACK = ("start", "stop", "status", "logs", "backup", "restore", "doctor")
COMMANDS = {
    "run": run,
    "stop": stop,
    "status": status,
    "logs": logs,
    "doctor": doctor,
    "clean": clean,
    "test": run_tests,
    "test-programs": run_programs,
    "lint": run_lint,
    "bench": run_bench,
    "backup": save,
    "restore": restore,
    "prepare": prepare,
    "start": start,
}
