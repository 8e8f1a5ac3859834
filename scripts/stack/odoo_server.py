"""Odoo: its configuration, database and server."""

import configparser
import hashlib
import io
import json
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from stack import broker
from stack.console import StackError
from stack.odoo_source import locate
from stack.postgres import Postgres
from stack.process import (
    SYSTEM_PATH,
    Daemon,
    make_folder,
    run,
    service_environment,
)
from stack.settings import (
    ADDONS,
    GLUE,
    HOST,
    PYTHON,
    REPO,
    TIMESERIES_DB,
    Stack,
    write_private,
)
from stack.stamps import Stamp

LOGIN = "admin"
HASH_PASSWORD = (
    "import sys; from passlib.hash import pbkdf2_sha512 as h;"
    "print(h.hash(sys.stdin.read()))"
)
# Odoo's add-on takes a keyword DSN, people give addresses
TO_KEYWORDS = (
    "import sys; from psycopg2.extensions import make_dsn, parse_dsn;"
    "print(make_dsn(**parse_dsn(sys.argv[1])))"
)


def installable() -> list[str]:
    """Return the add-ons of this repository that are there."""
    return [name for name in ADDONS if (REPO / name / "__manifest__.py").exists()]


def sources_state() -> list[tuple[str, int, int]]:
    """Return the state of the add-ons' files, for telling whether to upgrade."""
    found = []
    for name in [*installable(), *GLUE]:
        for path in sorted((REPO / name).rglob("*")):
            if path.is_file() and path.suffix != ".pyc" and "tests" not in path.parts:
                status = path.stat()
                found.append((str(path), status.st_mtime_ns, status.st_size))
    return found


def _make_key() -> str:
    """Return a private key, as in the file of a service account."""
    command = ["openssl", "genpkey", "-algorithm", "RSA"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


class OdooServer:
    """The Odoo of one stack."""

    def __init__(self, stack: Stack):
        self.stack = stack
        self.postgres = Postgres(stack)
        self.daemon = Daemon(stack, "odoo", stop_signal=signal.SIGTERM)

    # --- configuration

    def write_configuration(
        self, path: Path | None = None, database="", timeseries=TIMESERIES_DB
    ) -> None:
        """Write odoo.conf, with passwords, readable by its owner only."""
        parser = configparser.ConfigParser(interpolation=None)
        parser["options"] = self._options(database or self.stack.database)
        parser["smartdairy_iot"] = self._section(timeseries)
        text = io.StringIO()
        parser.write(text)
        write_private(path or self.stack.odoo_conf, text.getvalue(), self.stack.owner)

    def _options(self, database: str) -> dict[str, str]:
        ports, secrets = self.stack.ports, self.stack.secrets
        addons = [*locate().addons, REPO]
        modules = ["base", "rpc", "web"]
        # the listener, and an API that answers without a database, too
        server_wide = ("smartdairy_iot", "smartdairy_iot_mobile_api")
        modules += [name for name in server_wide if name in installable()]
        options = {
            "addons_path": ",".join(map(str, addons)),
            "server_wide_modules": ",".join(modules),
            "data_dir": make_folder(self.stack.folder / "odoo", 0o700),
            "admin_passwd": secrets["master"],
            "db_host": HOST,
            "db_port": ports["PG_PORT"],
            "db_user": "odoo",
            "db_password": secrets["odoo"],
            "db_name": database,
            "db_maxconn": 32,
            "db_maxconn_gevent": 96,  # the benchmark has fifty screens
            "list_db": False,
            "http_interface": HOST,
            "http_port": ports["ODOO_PORT"],
            "gevent_port": ports["GEVENT_PORT"],
            "workers": self.stack.workers(),
            "proxy_mode": bool(self.stack.workers()),
            "max_cron_threads": 4,  # a channel that waits for a server occupies one
        }
        if self.stack.name != "main":
            # tests: the read-only pool would try the unix socket otherwise
            options |= {"db_replica_host": HOST, "db_replica_port": ports["PG_PORT"]}
            options["screenshots"] = self.stack.logs / "screenshots"
        return {name: str(value) for name, value in options.items()}

    def _section(self, timeseries: str) -> dict[str, str]:
        access = broker.access(self.stack)
        certificates = access["MQTT_CERT_DIR"]
        return {
            "mqtt_host": access["MQTT_HOST"],
            "mqtt_port": access["MQTT_TLS_PORT"],
            "mqtt_ca": access["MQTT_CA"],
            "mqtt_cert": f"{certificates}/iot_consumer.crt",
            "mqtt_key": f"{certificates}/iot_consumer.key",
            **self._identity(access),
            "timescale_dsn": self._timescale_dsn(timeseries),
            # of its own, and the same each time, for stacks made before there was one
            "webhook_secret": self._derived("webhook"),
            "metrics_token": self._derived("metrics"),
            **({} if self.stack.name == "main" else self._for_tests()),
        }

    def _derived(self, purpose: str) -> str:
        text = f"{purpose} {self.stack.secrets['master']}"
        return hashlib.sha256(text.encode()).hexdigest()

    def _for_tests(self) -> dict[str, str]:
        """Push goes to a stand-in for Google; and programs ask faster than people."""
        url = f"http://{HOST}:{self.stack.ports['FCM_PORT']}"
        path = self.stack.folder / "fcm.json"
        if not path.exists():
            account = {
                "type": "service_account",
                "project_id": "dairy-test",
                "private_key_id": "1",
                "private_key": _make_key(),
                "client_email": "push@dairy-test.iam.gserviceaccount.com",
                "token_uri": f"{url}/token",
            }
            write_private(path, json.dumps(account), self.stack.owner)
        return {
            "fcm_service_account": str(path),
            "fcm_url": url,
            # in force, so that what they cost is measured, and never reached
            "api_calls_per_minute": "1000000",
            "api_calls_per_minute_address": "1000000",
            "api_sign_ins_per_minute": "0",
        }

    def _identity(self, access: dict[str, str]) -> dict[str, str]:
        """What Odoo issues certificates with; with another's broker, it issues none."""
        if broker.is_external(self.stack):
            return {}
        return {
            "ca_cert": str(self.stack.certificates / "ca.crt"),
            "ca_key": str(self.stack.certificates / "ca.key"),
            "broker_folder": str(broker.exported_folder(self.stack)),
            "token_port": access["MQTT_TOKEN_PORT"],
        }

    def _timescale_dsn(self, timeseries: str) -> str:
        if not self.stack.given("TIMESCALE_DSN"):
            return self.postgres.dsn(timeseries)
        done = subprocess.run(
            [PYTHON, "-c", TO_KEYWORDS, self.stack.given("TIMESCALE_DSN")],
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise StackError(
                "TIMESCALE_DSN is no PostgreSQL connection string",
                remedy="TIMESCALE_DSN=postgresql://user:password@host:5432/database",
            )
        return done.stdout.strip()

    # --- database

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of Odoo with this stack's configuration."""
        conf = str(self.stack.odoo_conf)
        return [str(PYTHON), str(locate().script), *arguments, "-c", conf]

    def environment(self, **extra: str) -> dict[str, str]:
        """Return the environment in which Odoo and its tests run."""
        # Over a limit of time or memory, Odoo starts itself anew by the name "python".
        # Odoo looks for rtlcss, which mirrors the styles for Arabic and Hebrew.
        path = f"{PYTHON.parent}:{REPO / 'node_modules/.bin'}:{SYSTEM_PATH}"
        python_path = str(locate().python_path)
        return service_environment(
            self.stack, PATH=path, PYTHONPATH=python_path, **extra
        )

    def prepare_database(self, note=lambda text: None) -> bool:
        """Install or upgrade the add-ons when needed; tell whether it was needed."""
        stamp = Stamp("installed", sources_state(), folder=self.stack.folder)
        if not stamp.path.exists():  # an installation that failed half-way
            self.stop()
            self.postgres.drop(self.stack.database)
        self.postgres.prepare_odoo(self.stack.database)
        has_odoo = self.postgres.has_table(self.stack.database, "ir_module_module")
        if has_odoo and stamp.is_current():
            return False
        self.stop()
        self.install(installable() or ["web"], note)
        stamp.set()
        return True

    def install(self, addons: list[str], note=lambda text: None) -> None:
        """Install add-ons into the database, or upgrade those that are there."""
        wanted = ",".join(addons)
        has_odoo = self.postgres.has_table(self.stack.database, "ir_module_module")
        note(f"{'upgrading' if has_odoo else 'installing'} {wanted}")
        options = ["-i", wanted] + (["-u", wanted] if has_odoo else ["--with-demo"])
        self.run_odoo(*options, "--stop-after-init", what="installing the add-ons")
        self.set_password()

    def run_odoo(self, *arguments: str, what: str) -> None:
        """Run Odoo to its end, with a log of its own."""
        run(
            self.command(*arguments, "--no-http", "--workers=0"),
            self.stack.logs / "odoo-install.log",
            as_service=True,
            what=what,
            remedy="read the log, then make run again (or make clean for a new start)",
            cwd=self.stack.folder,
            env=self.environment(),
        )

    def set_password(self) -> None:
        """Give the administrator the password of this installation."""
        done = subprocess.run(
            [PYTHON, "-c", HASH_PASSWORD],
            input=self.stack.secrets["admin"],
            capture_output=True,
            text=True,
            check=True,
        )
        self.postgres.sql(
            f"UPDATE res_users SET password = '{done.stdout.strip()}' "
            f"WHERE login = '{LOGIN}'",
            self.stack.database,
        )

    # --- server

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.daemon.start(self.command(), env=self.environment())
        self.daemon.wait_until(self.answers, 90, "does not answer")

    def stop(self) -> bool:
        """Stop the server."""
        return self.daemon.stop(seconds=30)

    def answers(self) -> bool:
        """Tell whether the web client's login page is served."""
        url = f"http://{HOST}:{self.stack.ports['ODOO_PORT']}/web/login"
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False
