"""From a breach to the request with which FCM is told to reach a phone."""

import time

import requests

from tests.support.fcm_server import stand_in

from ..alerts.breaches import NO_STORM, become_warm
from ..alerts.percentile import percentile
from ..fleet import TEMPERATURE

BREACHES = 30
PHONES = 5  # of one person: each breach is as many requests
LAST = 20.0  # seconds for what is under way


def push(session):
    """Thirty devices become too warm, each at a moment of its own, and five phones of
    one person are told of each. Nothing else happens meanwhile.

    What never came counts as if it had come just now.
    """
    environment, odoo = session.environment, session.odoo
    numbers = range(TEMPERATURE.first, TEMPERATURE.first + BREACHES)
    odoo.register(TEMPERATURE, numbers)
    session.wait_for_listener()
    odoo.call("ir.config_parameter", "set_param", *NO_STORM)
    wish = odoo.call(
        "iot.alert.subscription", "create", {"push_from": "low", "email_from": "never"}
    )
    with stand_in(environment.odoo_conf) as fcm:
        for number in range(PHONES):
            _sign_in(environment, number)
        published_at = become_warm(environment, numbers, session.options.seconds or 20)
        deadline = time.time() + LAST
        while len(fcm.messages()) < BREACHES * PHONES and time.time() < deadline:
            time.sleep(0.1)
    first, last = {}, {}
    for one in fcm.pushed:
        name = one.message["data"]["device_id"]
        first.setdefault(name, one.at)
        last[name] = one.at
    for what, heard in (("first_phone", first), ("last_phone", last)):
        took = [
            1000 * (heard.get(name, time.time()) - moment)
            for name, moment in published_at.items()
        ]
        for share in (50, 95):
            figure = f"breach_to_{what}_p{share}_ms"
            session.figures[figure] = percentile(took, share)
            print(f"push: {figure} {session.figures[figure]:,.0f}")
    print(f"push: {len(fcm.messages())} requests of {BREACHES * PHONES}")
    odoo.call("iot.alert.subscription", "unlink", wish)
    odoo.call("ir.config_parameter", "set_param", NO_STORM[0], False)


def _sign_in(environment, number):
    """As the app does."""
    base = f"{environment.odoo_url}/api/v1/iot"
    body = {"login": environment.odoo_login, "password": environment.odoo_password}
    answer = requests.post(f"{base}/auth/login", json=body, timeout=60)
    answer.raise_for_status()
    token = answer.json()["tokens"]["accessToken"]
    requests.put(
        f"{base}/push/tokens",
        json={"token": f"bench-phone-{number}"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    ).raise_for_status()
