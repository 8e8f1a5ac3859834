"""The farm simulator, when the checkout has one."""

import signal

from stack.process import Daemon, service_environment
from stack.settings import PYTHON, REPO, Stack

SCRIPTS = REPO / "scripts"


class Simulator:
    """The simulated farms of one stack."""

    def __init__(self, stack: Stack):
        self.stack = stack
        self.daemon = Daemon(stack, "simulator", stop_signal=signal.SIGTERM)

    @staticmethod
    def exists() -> bool:
        """Tell whether this checkout has a simulator."""
        return (SCRIPTS / "simulator" / "__main__.py").exists()

    def start(self) -> None:
        """Start the simulator."""
        self.daemon.start(
            [PYTHON, "-m", "simulator", "--env", self.stack.env_file],
            env=service_environment(self.stack, PYTHONPATH=str(SCRIPTS)),
        )
