"""Who a device must never be. Pure."""

# Users of the broker with lines of their own in its access list. A device of that name
# would read what everybody publishes, or speak for Odoo.
RESERVED = frozenset({"iot_consumer", "dashboard", "admin"})


def is_reserved(name):
    """Also in another case: people would take one for the other.

    >>> is_reserved("Admin"), is_reserved("TEMP-1")
    (True, False)
    """
    return name.casefold() in RESERVED
