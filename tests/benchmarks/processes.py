"""A measurement's processes: the load, and the consumers beside the line."""

import json
import os
import subprocess
import sys
import tempfile
from array import array
from dataclasses import dataclass
from pathlib import Path

from .environment import TOP


@dataclass(frozen=True)
class Published:
    """What a load has published, by its own account."""

    started: float  # seconds since the epoch
    published: int
    published_in: float
    cpu_s: float
    acked: array  # the keys of the messages, in the order of their acknowledgement

    @property
    def rate(self):
        """Messages a second."""
        return self.published / self.published_in


def start(module, arguments, environment, **variables):
    """Start `python -m tests.benchmarks.<module>`."""
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments],
        cwd=TOP,
        env={**os.environ, "MQTT_PASSWORD": environment.mqtt_password, **variables},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until_ready(process):
    """A consumer prints `ready` when it is subscribed."""
    if process.stdout.readline().strip() != "ready":
        raise SystemExit("a consumer did not start; its message stands above")


def result_of(process):
    """The JSON object that the process prints last."""
    lines = process.communicate()[0].splitlines()
    if process.returncode:
        raise SystemExit(f"{process.args[2]} failed; its message stands above")
    return json.loads(lines[-1])


class Load:
    """The load generator at work; ended with the block, however that ends."""

    def __init__(self, environment, **options):
        self._environment = environment
        self._options = {k: v for k, v in options.items() if v is not None}

    def __enter__(self):
        self._folder = tempfile.TemporaryDirectory()
        self._acked = Path(self._folder.name) / "acked"
        arguments = [f"--{name}={value}" for name, value in self._options.items()]
        arguments += [*self._environment.broker_arguments(), f"--acked={self._acked}"]
        self._process = start("loadgen", arguments, self._environment)
        return self

    def result(self):
        """Wait for its end."""
        summary = result_of(self._process)
        acked = array("q")
        acked.frombytes(self._acked.read_bytes())
        names = ("started", "published", "published_in", "cpu_s")
        return Published(acked=acked, **{name: summary[name] for name in names})

    def __exit__(self, *_error):
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


def load(environment, **options):
    """Run the load generator to its end."""
    with Load(environment, **options) as running:
        return running.result()
