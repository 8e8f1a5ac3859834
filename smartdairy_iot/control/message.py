"""What Odoo says to a device, word by word. Pure. See docs/control.md."""

import hashlib
import json


def config_message(device_id, version, settings, firmware=None):
    """The content of ``…/config``.

    :param settings: ``{key: value}``
    :param firmware: ``{version, sha256, size, url, expires_at}``, what is offered
    """
    offered = {k: firmware[k] for k in ("version", "sha256")} if firmware else None
    message = {
        "version": version,
        "hash": content_hash(device_id, version, settings, offered),
        "settings": settings,
    }
    return message | ({"firmware": firmware} if firmware else {})


def content_hash(device_id, version, settings, firmware=None):
    """By which an answer says what it answers.

    Of device and version, too: what one device answers about one version is never
    taken for the answer of another, or about a version with the same settings.
    """
    content = [device_id, version, settings, firmware]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def command_message(reference, command, parameters, issued_at, expires_at):
    """The content of ``…/commands``.

    :param issued_at, expires_at: aware datetimes
    """
    return {
        "id": reference,
        "command": command,
        "parameters": parameters or {},
        "issued_at": to_text(issued_at),
        "expires_at": to_text(expires_at),
    }


def to_text(time):
    """``2026-01-05T06:00:00Z``"""
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")
