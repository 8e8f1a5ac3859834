"""The MQTT broker: a private Mosquitto with certificates of our own CA."""

import socket
from pathlib import Path

from stack.console import StackError
from stack.packages import Archive, ensure_lists, install, libraries, unpack
from stack.process import (
    Daemon,
    drop_privileges,
    make_folder,
    output,
    run,
    service_environment,
)
from stack.settings import HOST, REPO, RUN, Stack, write_private
from stack.stamps import Stamp

ROOT = RUN / "mosquitto"
TEMPLATES = REPO / "docker" / "mosquitto"
SCRIPT = REPO / "scripts" / "certificates.sh"
PASSWORD_USER = "admin"
# certificates that are not of a device: Odoo's listener and a read-only screen
SERVICES = ["iot_consumer", "dashboard"]
GREEN = [f"{kind}-G0{n}" for kind in ("TEMP", "MILK") for n in (1, 2, 3, 4)]
GREEN += ["PH-G01", "FLOW-G01", "LEVEL-G02", "HUM-G01", "PRES-G01", "GW-G01"]
HILL = [f"TEMP-H0{n}" for n in (1, 2, 3, 4)] + [f"MILK-H0{n}" for n in (1, 2, 3)]
HILL += ["PH-H01", "FLOW-H01", "LEVEL-H01", "HUM-H01", "PRES-H01", "GW-H01"]
DEMO_DEVICES = GREEN + HILL


def is_external(stack: Stack) -> bool:
    """Tell whether a broker of the person's own is to be used."""
    return bool(stack.given("MQTT_HOST"))


def prepare() -> None:
    """Unpack Mosquitto; install the clients, which start nothing."""
    install(["mosquitto-clients", "openssl"])
    stamp = Stamp("mosquitto", "mosquitto")
    if not stamp.is_current():
        ensure_lists()
        archives = Archive().download(["mosquitto"])
        install(libraries(archives))
        unpack(archives, ROOT)
        stamp.set()


def access(stack: Stack) -> dict[str, str]:
    """Return how to reach the broker, as keys of the env file."""
    if is_external(stack):
        names = ("PORT", "TLS_PORT", "USERNAME", "PASSWORD", "CA", "CERT_DIR")
        external = {f"MQTT_{name}": stack.given(f"MQTT_{name}") for name in names}
        if not (external["MQTT_CA"] and external["MQTT_CERT_DIR"]):
            raise StackError(
                "MQTT_HOST is given without MQTT_CA and MQTT_CERT_DIR",
                remedy="make certificates with scripts/certificates.sh, then give both",
            )
        ports = {"MQTT_PORT": external["MQTT_PORT"] or "1883"}
        ports["MQTT_TLS_PORT"] = external["MQTT_TLS_PORT"] or "8883"
        return {"MQTT_HOST": stack.given("MQTT_HOST"), **external, **ports}
    return {
        "MQTT_HOST": "localhost",  # a name in the certificate, and on loopback
        "MQTT_PORT": str(stack.ports["MQTT_PORT"]),
        "MQTT_USERNAME": PASSWORD_USER,
        "MQTT_PASSWORD": stack.secrets["mqtt"],
        "MQTT_TLS_PORT": str(stack.ports["MQTT_TLS_PORT"]),
        "MQTT_CA": str(stack.certificates / "ca.crt"),
        "MQTT_CERT_DIR": str(stack.certificates / "clients"),
    }


class Broker:
    """The broker of one stack."""

    def __init__(self, stack: Stack):
        self.stack = stack
        self.folder = stack.folder / "mosquitto"
        self.daemon = Daemon(stack, "mosquitto")

    def make_certificates(self, names: list[str] | None = None) -> None:
        """Make the CA, the broker's certificate and one per client."""
        folder = make_folder(self.stack.certificates)
        clients = names or SERVICES + DEMO_DEVICES
        for action in (
            ["server", folder, "localhost", HOST],
            ["device", folder, *clients],
        ):
            run(
                ["bash", SCRIPT, *action],
                self.stack.logs / "certificates.log",
                as_service=True,
                cwd=self.stack.folder,
                env=service_environment(self.stack),
            )

    def start(self) -> None:
        """Write the configuration and start the broker."""
        make_folder(self.folder, 0o700)
        make_folder(self.folder / "data", 0o700)
        if not self.daemon.pid():
            self._write_configuration()
            self._write_passwords()
        program = ROOT / "usr/sbin/mosquitto"
        self.daemon.start(
            [program, "-c", self.folder / "mosquitto.conf"],
            env=service_environment(self.stack),
        )
        self.daemon.wait_until(self._accepts, 20, "does not accept connections")

    def _accepts(self) -> bool:
        for name in ("MQTT_PORT", "MQTT_TLS_PORT"):
            try:
                socket.create_connection((HOST, self.stack.ports[name]), 1).close()
            except OSError:
                return False
        return True

    def _write_configuration(self) -> None:
        values = {
            "DATA": self.folder / "data",
            "CERTIFICATES": self.stack.certificates,
            "ACL": self.folder / "acl",
            "PASSWORDS": self.folder / "passwords",
            "PORT": self.stack.ports["MQTT_PORT"],
            "BIND": HOST,
            "TLS_PORT": self.stack.ports["MQTT_TLS_PORT"],
            "TLS_BIND": HOST,
        }
        text = (TEMPLATES / "mosquitto.conf.in").read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        self._write("mosquitto.conf", text)
        self._write("acl", (TEMPLATES / "acl").read_text())

    def _write_passwords(self) -> None:
        """Store the hash only: -U turns the plain password into PBKDF2 in place."""
        plain = f"{PASSWORD_USER}:{self.stack.secrets['mqtt']}\n"
        path = self._write("passwords", plain)
        command = [ROOT / "usr/bin/mosquitto_passwd", "-U", path]
        output(command, **drop_privileges())
        if self.stack.secrets["mqtt"] in path.read_text():
            raise StackError("mosquitto_passwd did not hash the password")

    def _write(self, name: str, text: str) -> Path:
        write_private(self.folder / name, text, self.stack.owner)
        return self.folder / name
