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
    stat_fields,
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


def exported_folder(stack: Stack) -> Path:
    """Return where Odoo writes what the broker reads."""
    return stack.folder / "broker"


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
        names = ("PORT", "TLS_PORT", "TOKEN_PORT")
        names += ("USERNAME", "PASSWORD", "CA", "CERT_DIR")
        external = {f"MQTT_{name}": stack.given(f"MQTT_{name}") for name in names}
        if not (external["MQTT_CA"] and external["MQTT_CERT_DIR"]):
            raise StackError(
                "MQTT_HOST is given without MQTT_CA and MQTT_CERT_DIR",
                remedy="make certificates with scripts/certificates.sh, then give both",
            )
        ports = {"MQTT_PORT": external["MQTT_PORT"] or "1883"}
        ports["MQTT_TLS_PORT"] = external["MQTT_TLS_PORT"] or "8883"
        ports["MQTT_TOKEN_PORT"] = external["MQTT_TOKEN_PORT"] or "8884"
        return {"MQTT_HOST": stack.given("MQTT_HOST"), **external, **ports}
    return {
        "MQTT_HOST": "localhost",  # a name in the certificate, and on loopback
        "MQTT_PORT": str(stack.ports["MQTT_PORT"]),
        "MQTT_USERNAME": PASSWORD_USER,
        "MQTT_PASSWORD": stack.secrets["mqtt"],
        "MQTT_TLS_PORT": str(stack.ports["MQTT_TLS_PORT"]),
        "MQTT_TOKEN_PORT": str(stack.ports["MQTT_TOKEN_PORT"]),
        "MQTT_CA": str(stack.certificates / "ca.crt"),
        "MQTT_CERT_DIR": str(stack.certificates / "clients"),
    }


class BrokerDaemon(Daemon):
    """Mosquitto, also when ``broker.sh`` has started it again under another number."""

    def pid(self) -> int | None:
        """Return the process id while the broker runs."""
        return super().pid() or self._started_again()

    def _started_again(self) -> int | None:
        recorded = self._recorded()
        leader = recorded and stat_fields(recorded[0])
        if not recorded or (leader and leader[0] != "Z"):
            return None  # never started, or the number is somebody else's now
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                fields = stat_fields(int(entry.name))
                in_session = fields and fields[1] == recorded[0] and fields[0] != "Z"
                if in_session and name_of(entry) == "mosquitto":
                    return int(entry.name)
        return None


def name_of(process: Path) -> str:
    """Return what a process in /proc is called, nothing when it is gone."""
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return ""


class Broker:
    """The broker of one stack."""

    def __init__(self, stack: Stack):
        self.stack = stack
        self.folder = stack.folder / "mosquitto"
        self.exported = exported_folder(stack)
        self.daemon = BrokerDaemon(stack, "mosquitto")

    def make_certificates(self, names: list[str] | None = None) -> None:
        """Make the CA, the broker's certificate and one per client."""
        folder = make_folder(self.stack.certificates)
        make_folder(self.exported)
        clients = names or SERVICES + DEMO_DEVICES
        for action in (
            ["server", folder, "localhost", HOST],
            ["device", folder, *clients],
            ["crl", folder, self.exported / "crl.pem"],
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
            self._prepare_exported()
        program = ROOT / "usr/sbin/mosquitto"
        configuration = self.folder / "mosquitto.conf"
        self.daemon.start(
            [TEMPLATES / "broker.sh", self.exported, program, "-c", configuration],
            env=service_environment(self.stack),
        )
        self.daemon.wait_until(self._accepts, 20, "does not accept connections")

    def _accepts(self) -> bool:
        for name in ("MQTT_PORT", "MQTT_TLS_PORT", "MQTT_TOKEN_PORT"):
            try:
                socket.create_connection((HOST, self.stack.ports[name]), 1).close()
            except OSError:
                return False
        return True

    def _write_configuration(self) -> None:
        values = {
            "DATA": self.folder / "data",
            "CERTIFICATES": self.stack.certificates,
            "FOLDER": self.exported,
            "PORT": self.stack.ports["MQTT_PORT"],
            "BIND": HOST,
            "TLS_PORT": self.stack.ports["MQTT_TLS_PORT"],
            "TLS_BIND": HOST,
            "TOKEN_PORT": self.stack.ports["MQTT_TOKEN_PORT"],
        }
        text = (TEMPLATES / "mosquitto.conf.in").read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        self._write("mosquitto.conf", text)

    def _prepare_exported(self) -> None:
        """What stands in the folder beside Odoo's lines, and what it begins with."""
        make_folder(self.exported)
        self._write("acl.base", (TEMPLATES / "acl").read_text(), self.exported)
        self._write_passwords()
        for name in ("acl", "passwd"):
            if not (self.exported / name).exists():
                base = (self.exported / f"{name}.base").read_text()
                self._write(name, base, self.exported)

    def _write_passwords(self) -> None:
        """Store the hash only: -U turns the plain password into PBKDF2 in place."""
        if (self.exported / "passwd.base").exists():
            return  # a new salt would be a change, which Odoo would export
        plain = f"{PASSWORD_USER}:{self.stack.secrets['mqtt']}\n"
        path = self._write("passwd.new", plain, self.exported)
        command = [ROOT / "usr/bin/mosquitto_passwd", "-U", path]
        output(command, **drop_privileges())
        if self.stack.secrets["mqtt"] in path.read_text():
            raise StackError("mosquitto_passwd did not hash the password")
        path.rename(self.exported / "passwd.base")

    def _write(self, name: str, text: str, folder: Path | None = None) -> Path:
        path = (folder or self.folder) / name
        write_private(path, text, self.stack.owner)
        return path
