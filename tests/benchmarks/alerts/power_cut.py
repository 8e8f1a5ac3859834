"""Five thousand devices become too warm at once: who is told, how often, how soon."""

import time
from contextlib import closing

import psycopg2

from ..fleet import TEMPERATURE, device_id
from .mail import MailSink
from .warm import connect, message, publish

DEVICES = 5_000
PEOPLE = 5  # each with a subscription as it is proposed, to all farms
PATIENCE = 120.0  # seconds
AGAIN = 10.0  # seconds
LOOK = 0.1
USUAL = 4.0  # °C
CELSIUS = 9.5, 14.0  # too warm, and far too warm
FAR_TOO_WARM = 10  # one in so many
ONLINE = """
SELECT count(*)
  FROM iot_device_state AS live JOIN iot_device AS device ON device.id = live.device_id
 WHERE device.device_id = ANY(%s) AND live.is_online
"""
# Devices that fall silent meanwhile have alerts of another kind.
ALERTS = "SELECT count(*) FROM iot_alert WHERE id > %s AND kind = 'limit'"
LAST_ALERT = "SELECT coalesce(max(id), 0) FROM iot_alert"
# Of how many alerts somebody is to be told, and what has not been told in Odoo yet,
# neither alone nor in a digest.
TOLD = """
SELECT count(DISTINCT row.alert_id),
       count(*) FILTER (WHERE row.channel = 'odoo' AND row.state <> 'sent'
                          AND digest.state IS DISTINCT FROM 'sent')
  FROM iot_notification AS row
  JOIN iot_alert AS alert ON alert.id = row.alert_id AND alert.kind = 'limit'
  LEFT JOIN iot_notification AS digest ON digest.id = row.digest_id
 WHERE row.alert_id > %s
"""
WAITING = """
SELECT count(*) FROM iot_notification
 WHERE channel = ANY('{odoo,email}') AND state = 'queued'
   AND (next_try_at IS NULL OR next_try_at < now() AT TIME ZONE 'UTC')
"""
# A row that stands in a digest is no message of its own; the digest is one, and so is
# what waits for the next digest.
MESSAGES = """
SELECT channel, max(count) FROM (
       SELECT row.channel, row.user_id,
              count(DISTINCT CASE WHEN row.state = 'queued' AND row.attempts = 0 THEN 0
                                  ELSE coalesce(row.digest_id, row.id) END)
         FROM iot_notification AS row
         JOIN iot_alert AS alert ON alert.id = row.alert_id AND alert.kind = 'limit'
        WHERE row.alert_id > %s GROUP BY row.channel, row.user_id
       ) AS of_user (channel, user_id, count)
 GROUP BY channel ORDER BY channel
"""
PERSONAL = ("odoo", "email", "push", "sms")  # a topic or a webhook is a machine's
HEADER = (
    "| 5,000 breaches at once: channel | messages that one person gets, at most |",
    "|---|---:|",
)


def power_cut(session):
    """With a rule as installed, and five people who want to know it all."""
    environment = session.environment
    first = TEMPERATURE.first + 1_000  # none of them has an alert
    numbers = range(first, first + DEVICES)
    session.odoo.register(TEMPERATURE, numbers)
    with (
        MailSink() as sink,
        closing(psycopg2.connect(environment.pg_dsn)) as connection,
        closing(connect(environment)) as publisher,
    ):
        connection.autocommit = True
        look = Look(connection.cursor())
        _subscribe_people(session.odoo, sink.port)
        _send_usual(publisher, look, numbers)
        last_alert = look(LAST_ALERT)
        began = time.time()
        publish(publisher, [message(number, _celsius(number)) for number in numbers])
        _watch(session, look, began, last_alert)
        _wait(lambda: not look(WAITING))
        _count(session, look, last_alert, sink)


class Look:
    """One number of what is committed, each time anew."""

    def __init__(self, cursor):
        self._cursor = cursor

    def __call__(self, query, *parameters):
        return self.rows(query, *parameters)[0][0]

    def rows(self, query, *parameters):
        self._cursor.execute(query, parameters)
        return self._cursor.fetchall()


def _celsius(number):
    return CELSIUS[number % FAR_TOO_WARM == 0]


def _subscribe_people(odoo, port):
    """Users with an address, a mail server that takes what they are sent."""
    xml_id = [("module", "=", "smartdairy_iot"), ("name", "=", "group_iot_user")]
    (group,) = odoo.call("ir.model.data", "search_read", xml_id, ["res_id"])
    values = [
        {
            "name": f"Bench {number}",
            "login": f"bench-{number}",
            "email": f"bench-{number}@example.com",
            "group_ids": [(4, group["res_id"])],
        }
        for number in range(PEOPLE)
    ]
    users = odoo.call("res.users", "create", values)
    wishes = [{"user_id": user} for user in users]
    odoo.call("iot.alert.subscription", "create", wishes)
    server = {"name": "Bench", "smtp_host": "127.0.0.1", "smtp_port": port}
    odoo.call("ir.mail_server", "create", {**server, "smtp_encryption": "none"})


def _send_usual(publisher, look, numbers):
    """Until the listener knows them all."""
    names = [device_id(number) for number in numbers]
    deadline = time.time() + PATIENCE
    while time.time() < deadline:
        publish(publisher, [message(number, USUAL) for number in numbers])
        if _wait(lambda: look(ONLINE, names) == len(names), AGAIN):
            return
    raise SystemExit("power cut: the listener does not know the devices")


def _watch(session, look, began, last_alert):
    """Until there is an alert of each, and all that is due was told in Odoo."""
    steps = {
        "alerts": lambda: look(ALERTS, last_alert) >= DEVICES,
        "planned": lambda: look.rows(TOLD, last_alert)[0][0] >= DEVICES,
        "told": lambda: not look.rows(TOLD, last_alert)[0][1],
    }
    for name, is_reached in steps.items():
        if not _wait(is_reached):
            print(f"power cut: {name}: not within {PATIENCE:.0f} s")
        took = session.figures[f"power_cut_{name}_s"] = time.time() - began
        print(f"power cut: {name} after {took:.1f} s", flush=True)


def _count(session, look, last_alert, sink):
    found = dict(look.rows(MESSAGES, last_alert))
    if sink.mails:
        found["email, as the mail server counts"] = max(sink.mails.values())
    to_people = [found.get(channel, 0) for channel in PERSONAL]
    session.figures["power_cut_messages"] = max(to_people)
    lines = [f"| {channel} | {count} |" for channel, count in found.items()]
    session.tables.append([*HEADER, *lines])


def _wait(is_done, seconds=PATIENCE):
    deadline = time.time() + seconds
    while not (done := is_done()) and time.time() < deadline:
        time.sleep(LOOK)
    return done
