"""A part of the benchmark inside of Odoo's shell: the registry, and no server."""

import json
import os
import subprocess
import sys

from .environment import TOP


def drive(session, name, script, **variables):
    """Run the script there; what it prints for people is printed here.

    :param name: of the scenario
    :param script: one line; it prints one JSON object, of which nothing else begins
        with a brace
    :param variables: of its process
    :return: that object
    """
    environment = session.environment
    odoo = [sys.executable, environment.odoo_bin, "shell", "-c", environment.odoo_conf]
    path = os.pathsep.join([environment.odoo_pythonpath, str(TOP)])
    with subprocess.Popen(
        [*odoo, "--no-http", "--log-level=warn"],
        cwd=TOP,
        env={**os.environ, "PYTHONPATH": path, **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdin.write(script)
        process.stdin.close()
        result = None
        for line in process.stdout:
            if line.startswith("{"):
                result = json.loads(line)
            else:
                print(line, end="", flush=True)
    if process.returncode or not result:
        raise SystemExit(f"{name}: the driver failed; its message stands above")
    return result
