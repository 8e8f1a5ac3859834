"""A breach reaches the phone: device → broker → Odoo → FCM, by an app signed in."""

import os
import uuid

import pytest

from tests.conftest import wait_until
from tests.support.fcm_server import stand_in
from tests.support.mobile_app import MobileApp


@pytest.fixture
def fcm():
    with stand_in(os.environ["ODOO_CONF"]) as fcm:
        yield fcm


@pytest.fixture
def phone(odoo, make_user, own_farm):
    """Of somebody who wants a push of every alert of this farm, and of no other.

    A user of its own: what other tests choose for the administrator, or have alerts
    of, is nothing to this one, which a storm of theirs would hold back.
    """
    login, password = make_user("group_iot_operator")
    (user,) = odoo.call("res.users", "search", [("login", "=", login)])
    odoo.create(
        "iot.alert.subscription",
        {"user_id": user, "farm_ids": [(6, 0, [own_farm])], "push_from": "low"},
    )
    phone = MobileApp(os.environ["ODOO_URL"], login, password)
    yield phone
    phone.sign_out()


def test_a_breach_reaches_the_phone_of_who_signed_in(
    make_device, odoo, fcm, phone, own_farm
):
    token = f"phone-{uuid.uuid4().hex}"
    phone.call("PUT", "/push/tokens", json={"token": token})
    phone.call("PUT", "/push/topics", json={"topics": [f"farm_{own_farm}"]})
    device = make_device(farm_id=own_farm)
    device.publish({"temperature": 9.1})

    # Woken, not polled; but a first attempt that fails waits for its second.
    (message,) = wait_until(
        lambda: fcm.messages(token),
        "the push",
        seen=lambda: odoo.search_read(
            "iot.alert",
            [("device_id.device_id", "=", device.id)],
            ["state", "message", "create_date"],
        ),
    )
    alert = phone.call("GET", f"/alerts/{message['data']['alert_id']}")
    assert alert["deviceId"] == device.id
    assert message["data"]["severity"] == alert["severity"]
    channels = {"critical": "iot_critical", "high": "iot_high"}
    channel = message["android"]["notification"]["channel_id"]
    assert channel == channels.get(alert["severity"], "iot_normal")

    deliveries = wait_until(
        lambda: odoo.search_read(
            "iot.push.delivery",
            [
                ("notification_id.alert_id", "=", int(alert["id"])),
                ("notification_id.event", "=", "raised"),
            ],
            ["state", "attempts"],
        ),
        "the log of the device",
    )
    assert [one["state"] for one in deliveries] == ["sent"]
