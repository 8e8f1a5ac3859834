"""What Mosquitto says of itself (``$SYS``), as figures. Pure.

Before 2.0.16, Mosquitto forgets what has not changed for a minute: what it does not say
may be as it was. Prometheus' rules go by what was said last.

Source: https://mosquitto.org/man/mosquitto-8.html, "Broker Status".
"""

from .metrics import single

# topic below $SYS/broker/ → (name, kind, help)
TOPICS = {
    "clients/connected": ("clients_connected", "gauge", "Clients with a connection"),
    "clients/disconnected": (
        "clients_disconnected",
        "gauge",
        "Sessions whose client is away",
    ),
    "store/messages/count": (
        "stored_messages",
        "gauge",
        "Messages it keeps: those that wait for a client, and retained ones",
    ),
    "store/messages/bytes": ("stored_bytes", "gauge", "Their payloads"),
    "publish/messages/received": (
        "published",
        "counter",
        "PUBLISH messages that it was sent",
    ),
    "publish/messages/dropped": (
        "dropped",
        "counter",
        "PUBLISH messages that it dropped, as a queue was full",
    ),
}
ROOT = "$SYS/broker/"
FILTERS = [ROOT + topic for topic in TOPICS]


def parse(heard):
    """
    :param heard: ``{topic: bytes}``
    :return: ``{topic below $SYS/broker/: number}`` of those that are known and numbers
    """
    found = {}
    for topic, payload in heard.items():
        name = topic.removeprefix(ROOT)
        if name in TOPICS and payload.strip().isdigit():
            found[name] = int(payload)
    return found


def figures(told):
    """
    :param told: what :func:`parse` returned; None or empty: it says nothing
    :return: yields :class:`~.metrics.Figure`; what it does not say has no sample
    """
    for topic, (name, kind, text) in TOPICS.items():
        yield single(f"broker_{name}", kind, text, (told or {}).get(topic))
