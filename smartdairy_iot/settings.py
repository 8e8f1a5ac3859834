"""Settings: environment → ``[smartdairy_iot]`` section → default."""

import configparser
import os
from dataclasses import dataclass, field, fields
from functools import cache

from odoo.tools import config

from .watch.access import SHORTEST_TOKEN, networks

_SECTION = "smartdairy_iot"
_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


class SettingsError(ValueError):
    """A value in the configuration cannot be used; the message says which and why."""


@dataclass(frozen=True)
class Settings:
    """Each field is a key of ``[smartdairy_iot]`` in ``odoo.conf``, and
    ``SMARTDAIRY_IOT_<KEY>`` in the environment, which wins."""

    enabled: bool = True
    listeners: int = 1  # more than one share the stream ($share/…)
    mqtt_host: str = "localhost"
    mqtt_port: int = 8883
    mqtt_username: str = ""
    mqtt_password: str = ""
    mqtt_ca: str = ""  # without a CA the connection is not encrypted: loopback only
    mqtt_cert: str = ""
    mqtt_key: str = ""
    # What devices are told; empty: the same as Odoo's own.
    device_host: str = ""
    device_port: int = 0
    token_port: int = 8884  # of devices without a certificate
    ca_cert: str = ""  # Odoo issues the certificates of devices with it …
    ca_key: str = ""  # … if it can read the key, which is never in the database
    broker_folder: str = ""  # what Odoo writes for the broker: passwd, acl, crl.pem
    mqtt_client_id: str = "smartdairy-iot"  # the database and a number are appended
    mqtt_keepalive: int = 60  # seconds
    mqtt_version: str = "3.1.1"  # or 5
    mqtt_alerts: bool = True  # publish alerts and notifications too
    batch_rows: int = 2000  # commit when that many wait …
    batch_ms: int = 50  # … or the oldest has waited that long
    buffer_rows: int = 20000  # when that many wait the socket is left unread
    timescale_dsn: str = ""  # keyword DSN, used by smartdairy_iot_timescale
    archive_path: str = ""  # folder of archive files; empty: in Odoo's filestore
    api_allowed_origins: str = ""  # of web pages that may use the mobile API; or *
    # Secrets of the channels: here and not in the database, which people copy.
    sms_token: str = field(default="", repr=False)
    sms_user: str = ""  # basic authentication instead of the token
    sms_password: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)  # keys are derived from it
    fcm_service_account: str = ""  # file of Google's, for push to phones
    fcm_url: str = "https://fcm.googleapis.com"
    # Of the mobile API; a limit of 0 is none.
    api_access_minutes: int = 60  # a token is good for so long …
    api_refresh_days: int = 60  # … and a device that is not used, signed in
    api_calls_per_minute: int = 600  # of one user
    api_calls_per_minute_address: int = 3000  # of one IP address
    api_sign_ins_per_minute: int = 10  # of one address, and of strangers per account

    # Who may read /metrics: nobody, if neither is set.
    metrics_token: str = field(default="", repr=False)
    metrics_networks: str = ""  # such as 127.0.0.1, 10.1.0.0/16

    def __post_init__(self):
        for name, lowest in _LOWEST.items():
            if getattr(self, name) < lowest:
                raise SettingsError(f"{name} must be at least {lowest}")
        if self.buffer_rows < self.batch_rows:
            raise SettingsError("buffer_rows must not be less than batch_rows")
        if self.mqtt_version not in ("3.1.1", "5"):
            raise SettingsError(
                f"mqtt_version is {self.mqtt_version!r}, not 3.1.1 or 5"
            )
        if not self.fcm_url.startswith(("https://", "http://127.0.0.1:")):
            raise SettingsError(f"fcm_url is {self.fcm_url!r}, not https://…")
        for name in _ABSOLUTE:
            path = getattr(self, name)
            if path and not os.path.isabs(path):
                raise SettingsError(f"{name} is {path!r}, not absolute")
        self._check_pairs()
        self._check_metrics()

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
        try:
            networks(self.metrics_networks)
        except ValueError as error:
            raise SettingsError(f"metrics_networks: {error}") from None

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


_ABSOLUTE = ("archive_path", "broker_folder", "fcm_service_account")
_LOWEST = {
    "listeners": 1,
    "mqtt_port": 1,
    "token_port": 1,
    "mqtt_keepalive": 5,
    "batch_rows": 1,
    "batch_ms": 1,
    "buffer_rows": 1,
    "api_access_minutes": 1,
    "api_refresh_days": 1,
    "api_calls_per_minute": 0,
    "api_calls_per_minute_address": 0,
    "api_sign_ins_per_minute": 0,
}


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
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(config["config"] or ())
    section = parser[_SECTION] if parser.has_section(_SECTION) else {}
    return Settings.read(os.environ, section)
