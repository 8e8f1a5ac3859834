"""A CA and a broker's folder of the test's own."""

import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from ..identity.authority import key_pem, make_key
from ..settings import Settings
from .common import IotCase

_READ_BY = (
    *("models.iot_broker", "models.iot_certificate", "models.iot_device_identity"),
    *("models.res_config_settings_identity", "wizards.iot_credential_issue"),
)

ACL = "user iot_consumer\ntopic read #\n\npattern write smartdairy/status/%u\n"
PASSWD = "admin:$7$101$c2FsdA==$aGFzaA==\n"


def make_ca(folder, days=3650):
    """``ca.crt`` and ``ca.key``."""
    key = make_key()
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Test CA")])
    usages = (
        *("digital_signature", "content_commitment", "key_encipherment"),
        *("data_encipherment", "key_agreement", "encipher_only", "decipher_only"),
    )
    usage = x509.KeyUsage(
        **dict.fromkeys(usages, False), key_cert_sign=True, crl_sign=True
    )
    begins = datetime.now(timezone.utc) - timedelta(days=2000)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=2000 + days))
        .add_extension(x509.BasicConstraints(True, 0), True)
        .add_extension(usage, True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "ca.crt").write_bytes(pem)
    (folder / "ca.key").write_bytes(key_pem(key))


def make_request(key, name="ANY"):
    """A signing request, as a device makes one. PEM, bytes."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateSigningRequestBuilder().subject_name(subject)
    request = builder.sign(key, hashes.SHA256())
    return request.public_bytes(serialization.Encoding.PEM)


class IdentityCase(IotCase):
    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.broker_folder = self.folder / "broker"
        self.broker_folder.mkdir()
        (self.broker_folder / "acl.base").write_text(ACL)
        (self.broker_folder / "passwd.base").write_text(PASSWD)
        make_ca(self.folder)
        self.use()
        self.technician = self.make_user(
            "technician", "smartdairy_iot.group_iot_technician"
        )
        self.env["iot.listener"].search([]).unlink()  # of the server beside the tests

    def use(self, **changed):
        values = {
            "ca_cert": str(self.folder / "ca.crt"),
            "ca_key": str(self.folder / "ca.key"),
            "mqtt_ca": str(self.folder / "ca.crt"),
            "broker_folder": str(self.broker_folder),
            "device_host": "mqtt.example.com",
            "device_port": 8883,
        }
        found = Settings(**values | changed)
        for name in _READ_BY:
            path = f"odoo.addons.smartdairy_iot.{name}.get_settings"
            self.enterContext(patch(path, return_value=found))

    def wizard(self, devices=None, kind="bundle", user=None, **vals):
        wizards = self.env["iot.credential.issue"].with_user(user or self.technician)
        devices = devices or self.sensor
        return wizards.create({"device_ids": devices.ids, "kind": kind, **vals})

    def issue(self, device=None, **vals):
        """:return: the new certificate"""
        device = device or self.sensor
        self.wizard(device, **vals)._hand_out()
        return device.certificate_ids.sorted("id")[-1]

    def issue_token(self, device=None):
        """:return: the token"""
        action = self.wizard(device, "token").action_issue()
        return action["context"]["default_token"]

    def revoke(self, credentials, reason="key_compromise", user=None):
        is_token = credentials._name == "iot.device.token"
        names = "token_ids" if is_token else "certificate_ids"
        wizards = self.env["iot.credential.revoke"].with_user(user or self.technician)
        wizards.create({names: credentials.ids, "reason": reason}).action_revoke()

    def export(self):
        """:return: the problem, if there is one"""
        return self.env["iot.broker"]._export()

    def exported(self, name):
        return (self.broker_folder / name).read_text()

    def action(self):
        """What the broker was told to do."""
        return self.exported("generation").split()[1]
