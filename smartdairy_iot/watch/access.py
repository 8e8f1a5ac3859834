"""Who may read the metrics: who has the token, or calls from a named network. Pure."""

import hmac
import ipaddress

SHORTEST_TOKEN = 16


def networks(text):
    """``"127.0.0.1, 10.1.0.0/16"`` → networks.

    :raise ValueError: one of them is none
    """
    words = text.replace(",", " ").split()
    return tuple(ipaddress.ip_network(word) for word in words)


def may_scrape(authorization, address, token, allowed):
    """
    :param authorization: the header, or ``""``
    :param address: where the request comes from, as text
    :param token: the one that is asked for; ``""``: none opens the door
    :param allowed: :func:`networks`
    """
    scheme, _space, given = authorization.partition(" ")
    if token and scheme.lower() == "bearer":
        if hmac.compare_digest(given.strip().encode(), token.encode()):
            return True
    try:
        caller = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(caller, "ipv4_mapped", None)  # ::ffff:127.0.0.1
    return any((mapped or caller) in network for network in allowed)
