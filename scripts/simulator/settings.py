"""The command line and the environment file."""

import argparse
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Broker:
    """Where the broker is and where the devices' certificates are."""

    host: str
    port: int
    ca: str
    certificates: Path

    @classmethod
    def from_env_file(cls, path):
        """Read the `KEY=value` lines that the set-up writes."""
        values = read_env(path)
        try:
            return cls(
                host=values["MQTT_HOST"],
                port=int(values["MQTT_TLS_PORT"]),
                ca=values["MQTT_CA"],
                certificates=Path(values["MQTT_CERT_DIR"]),
            )
        except KeyError as error:
            raise SystemExit(f"{path}: {error.args[0]} is missing") from None


def read_env(path):
    """KEY=value lines, quotes around the value allowed, # starts a comment line."""
    pairs = {}
    for line in Path(path).read_text().splitlines():
        key, separator, value = line.strip().partition("=")
        if separator and not key.startswith("#"):
            pairs[key.removeprefix("export ").strip()] = value.strip().strip("'\"")
    return pairs


def parse_arguments(argv=None):
    """The options of `python -m simulator`."""
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    add = parser.add_argument
    add("--env", required=True, metavar="FILE", help="KEY=value lines: MQTT_HOST, …")
    add("--devices", default="*", metavar="PATTERNS", help="e.g. TEMP-G01,MILK-*")
    add("--speed", type=float, default=30.0, help="farm seconds in a second (30)")
    add("--rate", type=float, help="messages/s in all, instead of each device's own")
    add("--seed", type=int, help="the same farm again")
    add("--duration", type=float, metavar="SECONDS", help="stop by itself")
    add("--log-published", metavar="FILE", help="a JSON line per acknowledged reading")
    options = parser.parse_args(argv)
    if options.speed <= 0 or (options.rate is not None and options.rate <= 0):
        parser.error("--speed and --rate are above zero")
    return options
