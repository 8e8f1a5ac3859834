"""Settings: environment → ``[smartdairy_iot]`` section → default."""

import configparser
import os
from dataclasses import dataclass, field, fields
from functools import cache
from urllib.parse import quote

from .watch.access import SHORTEST_TOKEN, networks

_SECTION = "smartdairy_iot"
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}
DSN_SECRETS = ("password", "sslpassword")  # keywords of a connection string


class SettingsError(ValueError):
    """A value in the configuration cannot be used; the message says which and why."""


def _setting(default, meaning, *, least=None, secret=False, absolute=False):
    """A field that says what it is; ``scripts/reference`` makes a page of it.

    :param meaning: Markdown of one line, with its unit; links as seen from ``docs/``
    :param least: the lowest number that is taken
    :param secret: shown by nothing that prints the settings
    :param absolute: a path that must be
    """
    told = {"meaning": meaning, "least": least, "secret": secret, "absolute": absolute}
    return field(default=default, repr=not secret, metadata=told)


@dataclass(frozen=True)
class Settings:
    """Each field is a key of ``[smartdairy_iot]`` in ``odoo.conf``, and
    ``SMARTDAIRY_IOT_<KEY>`` in the environment, which wins."""

    enabled: bool = _setting(True, "`false`: this server never listens")
    listeners: int = _setting(
        1, "how many [divide the stream](#several-listeners)", least=1
    )
    # The broker, as Odoo reaches it.
    mqtt_host: str = _setting(
        "localhost", "the broker; with TLS, a name that stands in its certificate"
    )
    mqtt_port: int = _setting(8883, "the port of its TLS listener", least=1)
    mqtt_username: str = _setting("", "the user, when the broker asks for one")
    mqtt_password: str = _setting("", "… and the password", secret=True)
    mqtt_ca: str = _setting(
        "",
        "file: certificate of the authority that signed the broker's. With it the"
        " connection is TLS 1.3; without it, it is **not encrypted**: loopback only",
    )
    mqtt_cert: str = _setting(
        "",
        "file: the listener's own certificate; its common name is the MQTT user",
    )
    mqtt_key: str = _setting("", "file: its key; the two go together")
    mqtt_client_id: str = _setting(
        "smartdairy-iot",
        "start of the client id; the database and the listener's number are appended"
        " (`smartdairy-iot-smartdairy-0`)",
    )
    mqtt_keepalive: int = _setting(
        60,
        "seconds. A broker may refuse a client that asks for more than its"
        " `max_keepalive`",
        least=5,
    )
    mqtt_version: str = _setting(
        "3.1.1", "or `5`. Both keep the session; 3.1.1 costs less per message"
    )
    mqtt_alerts: bool = _setting(
        True, "publish alerts and notifications: [channels](alerts-channels.md#mqtt)"
    )
    deaf_seconds: int = _setting(
        120,
        "when nobody has listened for so many seconds, [managers are told]"
        "(operations.md#monitoring). A takeover by another host takes some seconds, a"
        " restart of Odoo less than a minute",
        least=10,
    )
    # Devices and their credentials.
    device_host: str = _setting(
        "", "how devices reach the broker, as they are told; empty: `mqtt_host`"
    )
    device_port: int = _setting(0, "likewise; 0: `mqtt_port`")
    token_port: int = _setting(
        8884, "the broker's port for devices with a token", least=1
    )
    ca_cert: str = _setting(
        "",
        "file: certificate of the CA with which Odoo issues those of"
        " [devices](identity.md)",
    )
    ca_key: str = _setting(
        "",
        "file: its key, read whenever it is needed, and never in the database; the two"
        " go together",
    )
    broker_folder: str = _setting(
        "",
        "folder in which Odoo writes `passwd`, `acl` and `crl.pem` for the"
        " [broker](identity.md#the-broker)",
        absolute=True,
    )
    # The line and the store.
    batch_rows: int = _setting(
        2000, "commit when that many messages or readings wait …", least=1
    )
    batch_ms: int = _setting(
        50, "… or the oldest has waited that many milliseconds", least=1
    )
    buffer_rows: int = _setting(
        20000,
        "when that many wait, the listener stops reading from the broker; not less than"
        " `batch_rows`",
        least=1,
    )
    timescale_dsn: str = _setting(
        "",
        "database of `smartdairy_iot_timescale`, as `host=… port=… dbname=… user=…"
        " password=…` or as an address (`postgresql://…`). Without a `connect_timeout`"
        " of its own, a connection is given up after 10 s",
        secret=True,
    )
    timescale_replica_dsn: str = _setting(
        "",
        "a [replica](scaling.md#a-replica-for-reads) of that database, written in the"
        " same way, for what only reads; empty: all is read where it is written."
        " Without a `connect_timeout` of its own, a connection is given up after 2 s",
        secret=True,
    )
    timescale_replica_lag: int = _setting(
        5, "seconds; when it is further behind, its primary is read", least=1
    )
    archive_path: str = _setting(
        "",
        "folder of [archives](operations.md); empty: `iot_archive` in Odoo's filestore",
        absolute=True,
    )
    # Secrets of the channels: here and not in the database, which people copy.
    sms_token: str = _setting(
        "",
        "secret of the HTTP gateway for [SMS](alerts-channels.md#sms): a bearer token,"
        " or `{token}` in its fields and headers",
        secret=True,
    )
    sms_user: str = _setting(
        "", "basic authentication at that gateway, instead of the token"
    )
    sms_password: str = _setting("", "… and its password", secret=True)
    webhook_secret: str = _setting(
        "",
        "at least 32 characters (`openssl rand -hex 32`). The secrets of all"
        " [webhooks](alerts-channels.md#webhook) are derived from it: without it none"
        " is sent, and a new one changes them all",
        secret=True,
    )
    fcm_service_account: str = _setting(
        "",
        "Google's file for [push to phones](push.md); empty: only browsers are told",
        absolute=True,
    )
    fcm_url: str = _setting(
        "https://fcm.googleapis.com",
        "another address is for tests: https, or `http://127.0.0.1:…`",
    )
    # The mobile API.
    api_allowed_origins: str = _setting(
        "",
        "web pages of other origins that may use the [mobile API](mobile-api.md), with"
        " spaces between (`https://app.example`); `*`: all; empty: none",
    )
    api_access_minutes: int = _setting(
        60, "how long a [token of the app](mobile-auth.md) is good", least=1
    )
    api_refresh_days: int = _setting(
        60, "… and how long a device that nobody uses stays signed in", least=1
    )
    api_calls_per_minute: int = _setting(600, "of one user; 0: no limit", least=0)
    api_calls_per_minute_address: int = _setting(
        3000, "of one IP address; 0: no limit", least=0
    )
    api_sign_ins_per_minute: int = _setting(
        10,
        "attempts to sign in from one address, and to one account from addresses that"
        " are new to it; 0: no limit but Odoo's own",
        least=0,
    )
    # Who may read /metrics: nobody, if neither is set.
    metrics_token: str = _setting(
        "",
        f"at least {SHORTEST_TOKEN} characters, which Prometheus sends as bearer token"
        " to read [`/metrics`](operations.md#monitoring) …",
        secret=True,
    )
    metrics_networks: str = _setting(
        "",
        "… or from where it may read without one, such as `127.0.0.1, 10.1.0.0/16`."
        " Without either, there is no such address",
    )
    log_format: str = _setting(
        "text",
        "or `json`: [one object a line](operations.md#logs), with the batch and its"
        " devices, and without this section's secrets",
    )

    def __post_init__(self):
        for key in fields(self):
            self._check_field(key, getattr(self, key.name))
        if self.buffer_rows < self.batch_rows:
            raise SettingsError("buffer_rows must not be less than batch_rows")
        if self.mqtt_version not in ("3.1.1", "5"):
            raise SettingsError(
                f"mqtt_version is {self.mqtt_version!r}, not 3.1.1 or 5"
            )
        if not self.fcm_url.startswith(("https://", "http://127.0.0.1:")):
            raise SettingsError(f"fcm_url is {self.fcm_url!r}, not https://…")
        self._check_pairs()
        self._check_metrics()

    @staticmethod
    def _check_field(key, value):
        least = key.metadata["least"]
        if least is not None and value < least:
            raise SettingsError(f"{key.name} must be at least {least}")
        if key.metadata["absolute"] and value and not os.path.isabs(value):
            raise SettingsError(f"{key.name} is {value!r}, not absolute")

    def _check_pairs(self):
        if bool(self.mqtt_cert) != bool(self.mqtt_key):
            raise SettingsError("mqtt_cert and mqtt_key go together")
        if bool(self.ca_cert) != bool(self.ca_key):
            raise SettingsError("ca_cert and ca_key go together")

    def _check_metrics(self):
        if self.metrics_token and len(self.metrics_token) < SHORTEST_TOKEN:
            raise SettingsError(
                f"metrics_token has fewer than {SHORTEST_TOKEN} characters"
            )
        if self.log_format not in ("text", "json"):
            raise SettingsError(f"log_format is {self.log_format!r}, not text or json")
        try:
            networks(self.metrics_networks)
        except ValueError as error:
            raise SettingsError(f"metrics_networks: {error}") from None

    def secrets(self):
        """Values that must be in no log: also the password in a connection string."""
        keys = [key.name for key in fields(self) if key.metadata["secret"]]
        values = [getattr(self, name) for name in keys]
        dsns = self.timescale_dsn, self.timescale_replica_dsn
        return {*values, *(word for dsn in dsns for word in passwords_in(dsn))} - {""}

    @classmethod
    def read(cls, environment, section):
        """:param environment, section: mappings of strings"""
        values = {}
        for key in fields(cls):
            raw = environment.get(
                f"SMARTDAIRY_IOT_{key.name.upper()}", section.get(key.name)
            )
            if raw is not None:
                values[key.name] = _convert(key.name, key.type, raw.strip())
        return cls(**values)


def passwords_in(dsn):
    """:return: those in a connection string, as they are meant and as an address writes
    them; none of one that libpq does not understand"""
    # Here, for the same reason as in `get_settings`.
    from psycopg2 import ProgrammingError  # noqa: PLC0415
    from psycopg2.extensions import parse_dsn  # noqa: PLC0415

    try:
        words = parse_dsn(dsn)
    except ProgrammingError:
        return set()
    found = {words[key] for key in DSN_SECRETS if words.get(key)}
    return found | {quote(word, safe="") for word in found}


def _convert(name, kind, raw):
    if kind is bool:
        if raw.lower() in _TRUE | _FALSE:
            return raw.lower() in _TRUE
        raise SettingsError(f"{name} = {raw!r}: use true or false")
    if kind is int:
        try:
            return int(raw)
        except ValueError:
            raise SettingsError(f"{name} = {raw!r} is no whole number") from None
    return raw


@cache
def get_settings():
    """The settings of this process.

    Odoo 19 reads ``[options]`` only, so the section is read here, from the same file
    (as core's ``iot_drivers`` does).
    """
    # Here, so that who only wants to know what can be set needs no Odoo.
    from odoo.tools import config  # noqa: PLC0415

    parser = configparser.ConfigParser(interpolation=None)
    parser.read(config["config"] or ())
    section = parser[_SECTION] if parser.has_section(_SECTION) else {}
    return Settings.read(os.environ, section)
