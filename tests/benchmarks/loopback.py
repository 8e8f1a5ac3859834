"""Load is only ever put on this machine."""

import ipaddress
import socket


def require_loopback(host):
    """Return the host's address, or leave: no load is put on other machines."""
    try:
        addresses = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except socket.gaierror as error:
        raise SystemExit(f"{host}: {error}") from None
    if not all(ipaddress.ip_address(a).is_loopback for a in addresses):
        raise SystemExit(f"{host} is not this machine: no load is sent there")
    return "127.0.0.1" if "127.0.0.1" in addresses else addresses.pop()
