"""Whether the broker lets Odoo in, and nobody who must not come in."""

import secrets
import ssl
import threading
import time

import paho.mqtt.client as mqtt
from reference import settings_table

from doctor.finding import Finding, fail, ok, skip, warn

broker_state = settings_table.module("ingest.broker_state")
_SECONDS = 5
_SLOW = 1.0  # s, there and back
_MANY = 100_000  # as the alert rule BrokerQueueGrows


def check(settings) -> list[Finding]:
    """A message that nobody reads goes to the broker and back, as Odoo's listener."""
    found = [_round_trip(settings)]
    if settings.mqtt_ca and found[0].state != "failure":
        found.append(_stranger(settings))
    if found[0].state != "failure":
        found += check_queue(broker_state.ask(settings, patience=1))
    return found


def check_queue(told: dict[str, int]) -> list[Finding]:
    """:param told: of the add-on's ``watch/broker.py``, as far as the broker says it"""
    waits, lost = map(told.get, ("store/messages/count", "publish/messages/dropped"))
    if waits is None:
        text = (
            "the broker tells Odoo nothing of itself: compare docker/mosquitto/acl. Or"
            " it is no Mosquitto, or one of before 2.0.16 that was idle for a minute"
        )
        return [skip("queue", text)]
    text = f"the broker keeps {waits} messages, retained ones included"
    if waits > _MANY:
        remedy = "see the listeners and the store's speed; beyond max_queued_messages"
        found = [warn("queue", text, f"{remedy} (a million) it drops")]
    else:
        found = [ok("queue", text)]
    if lost:
        remedy = "raise max_queued_messages, or find the client that is away"
        text = f"since its start the broker has dropped {lost} messages"
        found.append(warn("queue", text, remedy))
    return found


def _client(settings, *, identified: bool) -> mqtt.Client:
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2,
        client_id=f"smartdairy-doctor-{secrets.token_hex(4)}",
        clean_session=True,
    )
    if settings.mqtt_ca:
        context = ssl.create_default_context(cafile=settings.mqtt_ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if identified and settings.mqtt_cert:
            context.load_cert_chain(settings.mqtt_cert, settings.mqtt_key)
        client.tls_set_context(context)
    if identified and settings.mqtt_username:
        client.username_pw_set(settings.mqtt_username, settings.mqtt_password)
    return client


def _round_trip(settings) -> Finding:
    """A person that does not exist is told something: Odoo may write and read that."""
    topic = f"smartdairy/user/doctor-{secrets.token_hex(6)}/notifications"
    back, refused = threading.Event(), []
    subscribed = threading.Event()
    client = _client(settings, identified=True)
    client.on_connect = lambda c, _u, _f, code, _p: (
        refused.append(str(code)) if code.is_failure else c.subscribe(topic, qos=1)
    )
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda *_: back.set()
    try:
        client.connect(settings.mqtt_host, settings.mqtt_port, keepalive=30)
    except OSError as error:
        remedy = "start the broker, or correct mqtt_host and mqtt_port"
        return fail("broker", f"no connection: {error}", remedy)
    client.loop_start()
    try:
        if not subscribed.wait(_SECONDS):
            why = f": {refused[0]}" if refused else ""
            remedy = "give the broker Odoo's certificate or password: docs/identity.md"
            return fail("acl", f"the broker does not let Odoo in{why}", remedy)
        started = time.monotonic()
        client.publish(topic, b"{}", qos=1)
        if not back.wait(_SECONDS):
            remedy = (
                "compare docker/mosquitto/acl: Odoo's user writes smartdairy/user/#"
            )
            text = "Odoo's user may not write smartdairy/user/#, or not read it"
            return fail("acl", text, remedy)
        seconds = time.monotonic() - started
    finally:
        client.disconnect()
        client.loop_stop()
    text = (
        f"Odoo writes and reads its topics; there and back in {1000 * seconds:.1f} ms"
    )
    if seconds > _SLOW:
        return warn("broker", text, "look at the broker's load, disk and network")
    return ok("acl", text)


def _stranger(settings) -> Finding:
    """Somebody without certificate and password at the same port."""
    connected = threading.Event()
    client = _client(settings, identified=False)
    client.on_connect = lambda _c, _u, _f, code, _p: (
        None if code.is_failure else connected.set()
    )
    try:
        client.connect(settings.mqtt_host, settings.mqtt_port, keepalive=30)
    except OSError:
        return ok("acl", "a stranger without certificate is refused")
    client.loop_start()
    came_in = connected.wait(1.5)
    client.disconnect()
    client.loop_stop()
    if came_in:
        remedy = "allow_anonymous false and require_certificate true in mosquitto.conf"
        return fail("acl", "the broker lets strangers in", remedy)
    return ok("acl", "a stranger without certificate is refused")


def not_asked() -> Finding:
    return skip("broker", "not asked: enabled = false, this server never listens")
