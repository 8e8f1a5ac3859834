"""What the broker says of itself: a short visit beside the listener's session.

Its own connection, with no session kept: nothing of ``$SYS`` comes near the readings,
and a broker that is slow or says nothing costs whoever asks half a second.
"""

import secrets
import time

import paho.mqtt.client as mqtt

from ..settings import SettingsError
from ..watch import broker
from .tls import identify

_PATIENCE = 0.5  # seconds


def ask(settings, patience=_PATIENCE):
    """
    :param settings: :class:`~..settings.Settings`
    :return: see :func:`~..watch.broker.parse`, all of it; empty: away, too slow, or it
        may not be asked
    """
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2,
        client_id=f"smartdairy-state-{secrets.token_hex(4)}",
        clean_session=True,
    )
    client.connect_timeout = patience
    heard, complete = {}, []
    client.on_connect = lambda c, *_: c.subscribe([(f, 0) for f in broker.FILTERS])
    client.on_message = lambda _c, _u, message: heard.update(
        {message.topic: message.payload}
    )
    # What is retained follows the subscription at once, before the next answer.
    client.on_subscribe = lambda c, *_: c.unsubscribe(broker.FILTERS)
    client.on_unsubscribe = lambda *_: complete.append(True)
    until = time.monotonic() + patience
    try:
        identify(client, settings)
        client.connect(settings.mqtt_host, settings.mqtt_port, keepalive=30)
        while not complete and time.monotonic() < until:
            if client.loop(0.05) != mqtt.MQTT_ERR_SUCCESS:
                break
        client.disconnect()
    except (OSError, ValueError, SettingsError):
        return {}  # the listener says why: it has the same settings
    return broker.parse(heard) if complete else {}
