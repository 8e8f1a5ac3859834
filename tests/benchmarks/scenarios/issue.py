"""So many devices registered in Odoo, each with a certificate."""

import tempfile
from pathlib import Path

from ..identity.fleet import make


def issue(session):
    """Their time; the certificates stay for whoever connects with them."""
    how_many = session.options.connections
    session.odoo.remove()
    folder = tempfile.TemporaryDirectory(prefix="certificates")
    session.certificates = folder  # removed with the session
    made = make(session, how_many, Path(folder.name))
    print(
        f"{how_many:,} devices: registered in {made.registered_s:.1f} s, certificates"
        f" issued and downloaded in {made.issued_s:.1f} s",
        flush=True,
    )
    session.figures["register_devices_s"] = made.registered_s
    session.figures["issue_certificates_s"] = made.issued_s
    session.figures["devices_with_certificates_s"] = made.registered_s + made.issued_s
