"""Names, disks, clocks, versions of the machine that the doctor runs on."""

import platform
import shutil
import socket
import ssl
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from doctor.finding import Finding, fail, ok, skip, warn

_LIBRARIES = ("psycopg2", "psycopg2-binary", "paho-mqtt", "cryptography", "pyfcm")
_DRIFT = 1.0  # s; Odoo takes readings of the future up to minutes, certificates do not
_TIGHT, _FULL = 0.10, 0.03  # of a disk that is free


def versions() -> dict[str, str]:
    """What a bug report wants to know first."""
    found = {
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "openssl": ssl.OPENSSL_VERSION,
    }
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def check_names(hosts: dict[str, str]) -> list[Finding]:
    """:param hosts: what it is: host name"""
    found = []
    for what, host in hosts.items():
        if not host or host.startswith("/"):
            continue
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as error:
            remedy = "correct the name in odoo.conf, or the machine's DNS"
            text = f"{what}: {host} is unknown: {error.strerror}"
            found.append(fail("dns", text, remedy))
        else:
            addresses = sorted({row[4][0] for row in rows})
            found.append(ok("dns", f"{what}: {host} is {', '.join(addresses)}"))
    return found


def check_disks(folders: dict[str, str]) -> list[Finding]:
    """:param folders: what it is: path"""
    found = []
    for what, name in folders.items():
        if not name:
            continue
        if not Path(name).is_dir():
            remedy = "make it, writable for Odoo's user, or correct odoo.conf"
            found.append(fail("disk", f"{what}: {name} is not there", remedy))
            continue
        usage = shutil.disk_usage(name)
        free = usage.free / usage.total
        text = f"{what}: {free:.0%} of {usage.total / 1e9:.0f} GB are free"
        remedy = f"make room, or move {name} to a larger disk"
        if free < _FULL:
            found.append(fail("disk", text, remedy))
        else:
            found.append(
                warn("disk", text, remedy) if free < _TIGHT else ok("disk", text)
            )
    return found


def check_clock(offsets: dict[str, float]) -> list[Finding]:
    """:param offsets: seconds by which another machine's clock is ahead of ours"""
    found = []
    for whose, seconds in offsets.items():
        text = f"{whose} is {seconds:+.2f} s from this machine"
        if abs(seconds) > _DRIFT:
            remedy = "run a time service (chrony, systemd-timesyncd) on both machines"
            found.append(fail("clock", text, remedy))
        else:
            found.append(ok("clock", text))
    return [*found, _synchronised()]


def _synchronised() -> Finding:
    command = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return skip("clock", "no timedatectl here: who sets the clock is not known")
    if said.stdout.strip() == "yes":
        return ok("clock", "is synchronised")
    if said.returncode:
        return skip("clock", "timedatectl does not answer here (a container?)")
    remedy = "timedatectl set-ntp true, or run chrony"
    return warn("clock", "is not synchronised", remedy)
