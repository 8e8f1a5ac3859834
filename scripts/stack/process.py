"""Running things: commands with a log, and servers that outlive this program."""

import os
import pwd
import re
import signal
import subprocess
import time
from collections import deque
from functools import cache
from pathlib import Path

from stack.console import StackError
from stack.settings import CACHE, REPO, RUN, Stack

SERVICE_USER = "postgres"  # made by the package postgresql-common, owns nothing else
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Odoo and libpq take options from these: the servers get only what we write down.
FOREIGN = re.compile(r"^(PG|ODOO_|PYTHON|VIRTUAL_ENV|PYENV_|MAKE|SUDO_|XDG_)")


@cache
def service_user() -> pwd.struct_passwd:
    """Return whom the servers run as: never root, PostgreSQL refuses to."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        raise StackError(
            f"no system user '{SERVICE_USER}' to run the servers as",
            remedy="apt-get install postgresql-common, or run make as an ordinary user",
        ) from None


def drop_privileges() -> dict:
    """Return the arguments of Popen that turn root into the service user."""
    if os.geteuid() != 0:
        return {}
    user = service_user()
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def make_folder(path: Path, mode: int = 0o750) -> Path:
    """Make a folder that belongs to the service user."""
    path.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        os.chown(path, service_user().pw_uid, service_user().pw_gid)
    path.chmod(mode)
    return path


def check_readable() -> None:
    """Say so now if the service user cannot reach the checkout, not half-way."""
    if os.geteuid() != 0:
        return
    closed = [
        folder
        for folder in (*reversed(REPO.parents), REPO, REPO / "scripts" / "stack")
        if subprocess.run(["test", "-x", folder], **drop_privileges()).returncode
    ]
    if closed:
        raise StackError(
            f"user '{service_user().pw_name}', who runs the servers, cannot enter "
            f"{closed[0]}",
            remedy=f"move the checkout to an open folder such as /srv, run make as an "
            f"ordinary user, or: chmod o+rx {closed[0]}",
        )


def service_environment(stack: Stack | None = None, **extra: str) -> dict[str, str]:
    """Return the environment of a server or of Odoo's own commands."""
    home = make_folder((stack.folder if stack else CACHE) / "home")
    kept = {k: v for k, v in os.environ.items() if not FOREIGN.match(k)}
    if stack:  # recognises whatever a stack's programs leave behind
        kept["SMARTDAIRY_STACK_FOLDER"] = str(stack.folder)
    return kept | {
        "PATH": SYSTEM_PATH,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        # root owns the code, so compiled files go where the servers may write
        "PYTHONPYCACHEPREFIX": str(make_folder(RUN / "pycache")),
        **extra,
    }


def last_line(log: Path) -> str:
    """Return the last telling line of a log, for a one-line failure."""
    with log.open(errors="replace") as file:
        lines = [line.strip() for line in deque(file, 40) if line.strip()]
    telling = [x for x in lines if re.search(r"error|fatal|critical|failed", x, re.I)]
    return (telling or lines or [""])[-1][:200]


def run(
    command: list, log: Path, *, as_service=False, remedy="", what="", **kwargs
) -> None:
    """Run a command to its end, its output into a log."""
    if as_service:
        kwargs |= drop_privileges()
    log.parent.mkdir(parents=True, exist_ok=True)
    words = [str(word) for word in command]
    with log.open("a") as file:
        file.write(f"$ {' '.join(words)[:300]}\n")
        file.flush()
        code = subprocess.run(
            words, stdout=file, stderr=subprocess.STDOUT, **kwargs
        ).returncode
    if code:
        what = what or Path(words[0]).name
        raise StackError(f"{what} failed: {last_line(log)}", log=log, remedy=remedy)


def output(command: list, **kwargs) -> str:
    """Return what a command printed; raise StackError when it failed."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, **kwargs)
    if done.returncode:
        complaint = (done.stderr or done.stdout).strip().splitlines()
        detail = complaint[-1] if complaint else f"exit code {done.returncode}"
        raise StackError(f"{Path(words[0]).name} failed: {detail[:200]}")
    return done.stdout


def stat_fields(pid: int) -> tuple[str, int, int] | None:
    """Return (state, session, start time) of a process, None when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()
    return fields[0], int(fields[3]), int(fields[19])


class Daemon:
    """A server in a session of its own, found again by pid *and* start time."""

    def __init__(self, stack: Stack, name: str, stop_signal=signal.SIGTERM):
        self.stack = stack
        self.name = name
        self.stop_signal = stop_signal
        self.pid_file = stack.folder / "pids" / name
        self.log = stack.logs / f"{name}.log"

    def _recorded(self) -> tuple[int, int] | None:
        try:
            pid, started = self.pid_file.read_text().split()
        except (FileNotFoundError, ValueError):
            return None
        return int(pid), int(started)

    def pid(self) -> int | None:
        """Return the process id while the server runs."""
        recorded = self._recorded()
        if not recorded:
            return None
        fields = stat_fields(recorded[0])
        if not fields or fields[0] == "Z" or fields[2] != recorded[1]:
            return None
        return recorded[0]

    def start(self, command: list, **kwargs) -> None:
        """Start the server unless it runs."""
        if self.pid():
            return
        make_folder(self.pid_file.parent)
        make_folder(self.log.parent)
        self.kill_leftovers()
        with self.log.open("a") as log:
            if os.geteuid() == 0:
                os.fchown(log.fileno(), *self.stack.owner)
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **{"cwd": self.stack.folder, **kwargs},
                **drop_privileges(),
            )
        fields = stat_fields(process.pid)
        self.pid_file.write_text(f"{process.pid} {fields[2] if fields else 0}\n")
        if os.geteuid() == 0:
            os.chown(self.pid_file, *self.stack.owner)
        self._process = process  # kept, so that a server that dies is reaped

    def wait_until(self, ready, seconds: float, what: str) -> None:
        """Poll until the server is ready; fail when it dies or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            process = getattr(self, "_process", None)
            if (process and process.poll() is not None) or not self.pid():
                raise StackError(
                    f"{self.name} stopped: {last_line(self.log)}", log=self.log
                )
            if time.monotonic() > deadline:
                raise StackError(
                    f"{self.name}: {what} not within {seconds:.0f} s", log=self.log
                )
            time.sleep(0.1)

    def stop(self, seconds: float = 20) -> bool:
        """Ask the server to stop, insist after a while; tell whether it ran."""
        pid = self.pid()
        if pid:
            os.kill(pid, self.stop_signal)
            self._wait_gone(pid, seconds)
        self.kill_leftovers()
        self.pid_file.unlink(missing_ok=True)
        return bool(pid)

    def _wait_gone(self, pid: int, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.pid():
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                deadline += 3600
            if process := getattr(self, "_process", None):
                process.poll()
            time.sleep(0.05)

    def kill_leftovers(self) -> None:
        """Kill what a dead server left behind in its session (workers, Chromium).

        The kernel gives no new process the number of a living session, so while
        the leader is ours or gone, every member of the session is ours.
        """
        recorded = self._recorded()
        if not recorded:
            return
        leader = stat_fields(recorded[0])
        if leader and leader[2] != recorded[1]:
            return  # the number belongs to somebody else now
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                fields = stat_fields(int(entry.name))
                if fields and fields[1] == recorded[0] and fields[0] != "Z":
                    os.kill(int(entry.name), signal.SIGKILL)
