"""Credentials as Odoo issues them, and others that no broker should take."""

import base64
import io
import json
import os
import ssl
import zipfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.device import Client, Device

NOW = datetime.now(timezone.utc)


class Bundle:
    """Files of one device, in a folder."""

    def __init__(self, content, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        zipfile.ZipFile(io.BytesIO(content)).extractall(self.folder)
        self.settings = json.loads((self.folder / "device.json").read_text())

    def context(self):
        context = ssl.create_default_context(cafile=self.folder / "ca.crt")
        names = self.folder / "device.crt", self.folder / "device.key"
        context.load_cert_chain(*names)
        return context


def issue(odoo, device, folder, **values):
    """Download a bundle, as a technician does.

    :param device: record id
    """
    return Bundle(download(odoo, ticket(odoo, device, **values)).content, folder)


def ticket(odoo, device, kind="bundle", **values):
    values = {"device_ids": [(6, 0, [device])], "kind": kind, **values}
    return odoo.create("iot.credential.issue", values)


def download(odoo, number):
    url = f"{odoo.url}/smartdairy_iot/credentials/{number}"
    return odoo.session.get(url, timeout=60)


def issue_for_request(odoo, device, request):
    """Upload a signing request; None when it is refused."""
    upload = base64.b64encode(request).decode()
    number = ticket(odoo, device, "request", upload=upload, upload_name="x.csr")
    odoo.call("iot.credential.issue", "action_issue", [number])


def issue_token(odoo, device):
    number = ticket(odoo, device, "token")
    action = odoo.call("iot.credential.issue", "action_issue", [number])
    return action["context"]["default_token"]


def revoke(odoo, reason="key_compromise", **credentials):
    """:param credentials: certificate_ids, token_ids: record ids"""
    values = {name: [(6, 0, ids)] for name, ids in credentials.items()}
    wizard = odoo.create("iot.credential.revoke", {"reason": reason, **values})
    odoo.call("iot.credential.revoke", "action_revoke", [wizard])


def certificates_of(odoo, device):
    """Record ids, the newest last."""
    domain = [("device_id", "=", device)]
    found = odoo.search_read("iot.certificate", domain, ["id"])
    return sorted(row["id"] for row in found)


def forge(folder, common_name, ca=None, begins=-1, ends=1):
    """A certificate that Odoo would not issue.

    :param ca: folder of ca.crt and ca.key; without it, a CA of its own by our CA's name
    :param begins, ends: days from now
    :return: an SSL context
    """
    ours = Path(os.environ["MQTT_CA"]).parent
    real = x509.load_pem_x509_certificate((ours / "ca.crt").read_bytes())
    signer = ec.generate_private_key(ec.SECP256R1())
    if ca:
        raw = (ca / "ca.key").read_bytes()
        signer = serialization.load_pem_private_key(raw, None)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(real.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=begins))
        .not_valid_after(NOW + timedelta(days=ends))
        .sign(signer, hashes.SHA256())
    )
    folder.mkdir(parents=True, exist_ok=True)
    encoding = serialization.Encoding.PEM
    (folder / "x.crt").write_bytes(certificate.public_bytes(encoding))
    (folder / "x.key").write_bytes(
        key.private_bytes(
            encoding,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.create_default_context(cafile=os.environ["MQTT_CA"])
    context.load_cert_chain(folder / "x.crt", folder / "x.key")
    return context


class IssuedDevice(Device):
    """A device with what Odoo has issued."""

    def __init__(self, bundle, device_type="temperature"):
        self._bundle = bundle
        super().__init__(bundle.settings["client_id"], device_type)

    def authenticate(self):
        self._client.tls_set_context(self._bundle.context())


class TokenDevice(Client):
    """A device with a token, over TLS."""

    def __init__(self, device_id, token, device_type="temperature"):
        self.id = device_id
        self.topic = f"smartdairy/sensors/{device_type}/{device_id}/data"
        self._token = token
        self.answers = []
        super().__init__(device_id, "MQTT_TOKEN_PORT")

    def authenticate(self):
        context = ssl.create_default_context(cafile=os.environ["MQTT_CA"])
        self._client.tls_set_context(context)
        self._client.username_pw_set(self.id, self._token)
        self._client.on_connect = lambda _c, _u, _f, reason, _p: self.answers.append(
            reason
        )
