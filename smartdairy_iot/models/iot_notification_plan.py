"""From what happened to rows of the queue: set-based, for a power cut is thousands."""

from odoo import _, api, fields, models
from odoo.tools import SQL

from ..notify.plan import PERSONAL
from ..settings import get_settings
from .iot_alert_subscription import aware, naive

# Told while it holds; whoever heard one of them is told of the end.
BEGINNING = ("raised", "risen", "realarm", "escalated", "reminder")
_SEEN_TO = ("acknowledged", "resolved", "dismissed")


class IotNotification(models.Model):
    _inherit = "iot.notification"

    @api.model
    def _plan(self, alerts, event):
        """Write who is to be told of it. As the system: the caller is anybody.

        :param event: as of ``iot.alert._announce``
        """
        if event == "cleared":
            told = self._told(alerts)
            self._merge_untold(alerts, told)
        elif event in _SEEN_TO:
            told = self._told_others(alerts, event)
            self._cancel(alerts, _("Somebody has seen to it before."))
        else:
            if event == "risen":
                self._cancel(alerts, _("More is told in a later message."))
            self._cancel(alerts, _("It holds again."), events=["cleared"])
            told = self._without_waiting(self._audiences(alerts))
        self._put(event, told, self._addresses(alerts, event))

    @api.model
    def _audiences(self, alerts):
        now = aware(fields.Datetime.now())
        told = self.env["iot.alert.subscription"]._audiences(alerts, now)
        return {
            (alert.id, user_id, channel): until
            for alert, found in told.items()
            for (user_id, channel), until in found.items()
        }

    @api.model
    def _put(self, event, told, addresses=()):
        """
        :param told: ``{(alert id, user id, channel): aware end of the quiet hours}``
        :param addresses: see :meth:`_addresses`
        """
        rows = [(*key, None, until) for key, until in self._with_topics(told).items()]
        rows += [
            (
                one["alert_id"],
                one.get("user_id"),
                one["channel"],
                one.get("address"),
                None,
            )
            for one in addresses
        ]
        if not rows:
            return
        now = fields.Datetime.now()
        alerts = self.env["iot.alert"].browse({row[0] for row in rows})
        windows = self.env["iot.maintenance.window"]._covering(alerts, now)
        ends = {alert.id: end for alert, end in windows.items()}
        self._insert(event, [_to_columns(row, ends.get(row[0])) for row in rows])

    @api.model
    def _with_topics(self, told):
        """Whoever is told in Odoo also has a topic, where alerts are published."""
        if not get_settings().mqtt_alerts:
            return told
        topics = {
            (alert_id, user_id, "mqtt"): until
            for (alert_id, user_id, channel), until in told.items()
            if channel == "odoo"
        }
        return told | topics

    @api.model
    def _insert(self, event, rows):
        """:param rows: tuples of ``_COLUMNS``"""
        self.env["iot.alert"].flush_model(["severity", "farm_id", "company_id"])
        self.flush_model()
        # Raw SQL: one statement for what may be a hundred thousand rows. What waits
        # already is not put a second time.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO iot_notification (alert_id, user_id, channel, address,
                       state, next_try_at, event, severity, farm_id, company_id,
                       attempts, create_uid, create_date, write_uid, write_date)
                SELECT said.alert_id, said.user_id, said.channel, said.address,
                       said.state, said.next_try_at, %(event)s, alert.severity,
                       alert.farm_id, alert.company_id,
                       0, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(alert_id)s::int[], %(user_id)s::int[],
                              %(channel)s::varchar[], %(address)s::varchar[],
                              %(state)s::varchar[], %(next_try_at)s::timestamp[])
                       WITH ORDINALITY AS said (alert_id, user_id, channel, address,
                                                state, next_try_at, place)
                  JOIN iot_alert AS alert ON alert.id = said.alert_id
                 ORDER BY said.place
                    ON CONFLICT DO NOTHING
                """,
                event=event,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                **dict(zip(_COLUMNS, map(list, zip(*rows, strict=True)), strict=True)),
            )
        )
        self.invalidate_model()
        self._wake_for(rows)

    @api.model
    def _wake_for(self, rows):
        self._wake_channels({row[2] for row in rows if row[4] == "queued"})
        held = {(row[2], row[5]) for row in rows if row[4] == "held"}
        for channel, until in held:
            self._channel_job(channel)._trigger(at=until)

    # Who was told before ------------------------------------------------------------

    @api.model
    def _told(self, alerts):
        """Who has heard of the beginning and not yet of the end, as :meth:`_put` takes.

        What a channel is sending at this moment counts as heard.
        """
        waiting = self._lock_waiting(alerts)
        # Raw SQL: set-based, and it must see what another transaction has locked.
        self.env.cr.execute(
            SQL(
                """
                SELECT row.alert_id, row.user_id, row.channel
                  FROM iot_notification AS row
                  LEFT JOIN iot_notification AS digest ON digest.id = row.digest_id
                 WHERE row.alert_id = ANY(%(ids)s) AND row.user_id IS NOT NULL
                   AND row.state IN ('queued', 'held', 'sent', 'digested')
                   AND NOT row.id = ANY(%(waiting)s)
                   AND digest.state IS DISTINCT FROM 'queued'
                 GROUP BY row.alert_id, row.user_id, row.channel
                HAVING max(row.id) FILTER (WHERE row.event IN %(beginning)s)
                       > coalesce(
                           max(row.id) FILTER (WHERE row.event = 'cleared'), 0)
                """,
                ids=alerts.ids,
                waiting=waiting.ids,
                beginning=BEGINNING,
            )
        )
        return self._held_alike(alerts, self.env.cr.fetchall())

    @api.model
    def _lock_waiting(self, alerts):
        """What waits to be told, except what a channel is sending at this moment."""
        self.flush_model()
        # Raw SQL: never wait for a channel, which holds its rows while it sends.
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM iot_notification
                 WHERE alert_id = ANY(%s) AND user_id IS NOT NULL
                   AND (state IN ('queued', 'held')
                        OR state = 'suppressed' AND next_try_at IS NOT NULL)
                 ORDER BY id
                   FOR UPDATE SKIP LOCKED
                """,
                alerts.ids,
            )
        )
        return self.browse(row_id for (row_id,) in self.env.cr.fetchall())

    @api.model
    def _merge_untold(self, alerts, told):
        """It is over: who has not heard of it yet hears once, of both.

        :param told: as of :meth:`_told`, whose other messages are void now
        """
        waiting = self._lock_waiting(alerts)
        waiting = waiting.filtered(
            lambda row: row.event in BEGINNING and row.state != "suppressed"
        )
        merged = self.browse(
            of_one[:1].id
            for key, of_one in waiting.grouped(to_recipient).items()
            if key not in told
        )
        merged.write({"event": "cleared"})
        (waiting - merged)._void(_("It cleared before."))

    @api.model
    def _held_alike(self, alerts, keys):
        """News of the end respects quiet hours, and who may see the alert."""
        by_alert = {}
        for alert_id, user_id, channel in keys:
            by_alert.setdefault(alert_id, {})[user_id, channel] = None
        now = aware(fields.Datetime.now())
        subscriptions = self.env["iot.alert.subscription"]
        found = subscriptions._only_to_who_may_see(
            {alert: by_alert.get(alert.id, {}) for alert in alerts}
        )
        quiet = subscriptions._quiet_users(alerts, now)
        return {
            (alert.id, user_id, channel): quiet.get((alert, user_id))
            for alert, keys in found.items()
            for user_id, channel in keys
            if channel in PERSONAL  # a topic goes with Odoo, see _with_topics
        }

    @api.model
    def _told_others(self, alerts, event):
        """In Odoo only, and not whoever did it; who knows that it is over, knows."""
        told = self._told(alerts)
        return {
            key: until
            for key, until in told.items()
            if key[2] == "odoo" and key[1] != self.env.uid
        }

    @api.model
    def _without_waiting(self, told):
        """Who is about to be told of the alert need not be told twice."""
        rows = self.search(
            [
                ("alert_id", "in", list({key[0] for key in told})),
                ("event", "in", BEGINNING),
                "|",
                ("state", "in", ("queued", "held")),
                "&",
                ("state", "=", "suppressed"),
                ("next_try_at", "!=", False),
            ]
        )
        waiting = set(map(to_recipient, rows))
        return {key: until for key, until in told.items() if key not in waiting}

    @api.model
    def _cancel(self, alerts, reason, events=None):
        waiting = self._lock_waiting(alerts)
        if events:
            waiting = waiting.filtered(lambda row: row.event in events)
        waiting._void(reason)

    def _void(self, reason):
        self.write({"state": "cancelled", "error": reason, "next_try_at": False})


def to_recipient(row):
    return row.alert_id.id, row.user_id.id, row.channel


_COLUMNS = ("alert_id", "user_id", "channel", "address", "state", "next_try_at")


def _to_columns(row, window_end):
    alert_id, user_id, channel, address, until = row
    state, at = "queued", None
    if window_end:
        state, at = "suppressed", window_end
    elif until:
        state, at = "held", naive(until)
    return alert_id, user_id, channel, address, state, at
