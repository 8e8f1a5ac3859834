"""Breach → alert, breach → websocket, while other devices send what is usual."""

import functools
import random
import time

from ..fleet import TEMPERATURE, device_id
from .ears import Ears
from .percentile import percentile
from .push import subscribed, topic
from .warm import AlertPoller, connect, message, publish

BREACHES = 60
RATE = 2_000  # other messages a second
LAST = 15.0  # seconds for what is under way
CELSIUS = 9.5
# Else of the sixty most would be told in one digest.
NO_STORM = ("smartdairy_iot.storm_rate", "1000")


def breaches(session, service):
    """Sixty devices become too warm, each at a moment of its own.

    :param service: :class:`~.push.PushService`
    """
    options = session.options
    first = TEMPERATURE.first + options.devices
    numbers = range(first, first + BREACHES)
    session.odoo.register(TEMPERATURE, range(TEMPERATURE.first, numbers.stop))
    session.wait_for_listener()
    session.odoo.call("ir.config_parameter", "set_param", *NO_STORM)
    farm, environment = session.odoo.farm(), session.environment
    published_at = {}
    with (
        Ears(environment, session.odoo.session_id, [f"farm.farm_{farm}"]) as ears,
        AlertPoller(environment.pg_dsn, numbers) as poller,
        subscribed(session.odoo, environment.odoo_login, service.url),
    ):

        def warm_up(running):
            # As a board does: nobody is told of a farm that nobody watches.
            watch = functools.partial(
                session.odoo.call, "farm.farm", "watch_live", [farm]
            )
            published_at.update(
                become_warm(environment, numbers, options.seconds, watch)
            )
            _wait(lambda: len(ears.notifications) == len(numbers), LAST)
            _wait(lambda: len(service.seen_at) >= len(numbers), LAST)

        session.measure(
            "beside the breaches",
            meanwhile=warm_up,
            devices=options.devices,
            seconds=options.seconds + LAST,
            rate=RATE,
        )
    found = {
        "alert": poller.seen_at,
        "bus": ears.alerts,
        "notification": ears.notifications,
        "push": {
            name: service.seen_at[topic(alert_id)]
            for name, alert_id in poller.ids.items()
            if topic(alert_id) in service.seen_at
        },
    }
    for what, heard in found.items():
        _report(session, what, published_at, heard)
    session.odoo.call("ir.config_parameter", "set_param", NO_STORM[0], False)


def become_warm(environment, numbers, seconds, watch=lambda: None):
    """:return: ``{device id: seconds since the epoch}``

    :param watch: called before each, says that somebody still looks
    """
    dice = random.Random(5)
    moments = sorted(dice.uniform(0, seconds) for _number in numbers)
    published_at, begin = {}, time.time()
    publisher = connect(environment)
    for number, moment in zip(numbers, moments, strict=True):
        watch()
        time.sleep(max(0.0, begin + moment - time.time()))
        published_at[device_id(number)] = time.time()
        publish(publisher, [message(number, CELSIUS)])
    publisher.close()
    return published_at


def _wait(is_done, seconds):
    deadline = time.time() + seconds
    while not is_done() and time.time() < deadline:
        time.sleep(0.1)


def _report(session, what, published_at, heard):
    """What never came counts as if it had come just now."""
    now = time.time()
    took = [
        1000 * (heard.get(name, now) - moment) for name, moment in published_at.items()
    ]
    if never := published_at.keys() - heard.keys():
        print(f"alerts: of {len(took)} breaches {len(never)} never came to {what}")
    session.figures[f"breach_to_{what}_p50_ms"] = percentile(took, 50)
    session.figures[f"breach_to_{what}_p95_ms"] = percentile(took, 95)
