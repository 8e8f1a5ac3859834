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
            told = self._told_others(alerts)
            self._cancel(alerts, _("Not sent: somebody had seen to it already."))
        else:
            told = self._audiences(alerts)
            if self._has_any(alerts):
                if event == "risen":
                    self._cancel(alerts, _("Not sent: a later message tells more."))
                self._cancel(
                    alerts, _("Not sent: it held again before."), events=["cleared"]
                )
                told = self._without_waiting(told)
        self._put(event, told, self._addresses(alerts, event))

    @api.model
    def _has_any(self, alerts):
        """Of those that began just now there is none, which is nearly all of them."""
        # Raw SQL: by the index of the alerts.
        self.env.cr.execute(
            SQL(
                "SELECT EXISTS (SELECT FROM iot_notification WHERE alert_id = ANY(%s))",
                alerts.ids,
            )
        )
        return self.env.cr.fetchone()[0]

    @api.model
    def _audiences(self, alerts):
        now = aware(fields.Datetime.now())
        return self.env["iot.alert.subscription"]._audiences(alerts, now)

    @api.model
    def _put(self, event, groups, addresses=()):
        """
        :param groups: as of ``iot.alert.subscription._audiences``
        :param addresses: see :meth:`_addresses`
        """
        alerts = self.env["iot.alert"].union(*(of_it for of_it, _found in groups))
        alerts |= alerts.browse(one["alert_id"] for one in addresses)
        windows = self.env["iot.maintenance.window"]
        ends = windows._covering(alerts, fields.Datetime.now())
        lots = [
            (of_it, _to_rows(self._with_topics(found), end))
            for of_group, found in groups
            for end, of_it in of_group.grouped(ends.get).items()
        ]
        for one in addresses:
            alert = alerts.browse(one["alert_id"])
            row = one.get("user_id"), one["channel"], one.get("address"), None
            lots.append((alert, [_to_row(*row, ends.get(alert))]))
        lots = [(of_it, rows) for of_it, rows in lots if of_it and rows]
        if lots:
            self._insert(event, lots)
            self._wake_for([row for _alerts, rows in lots for row in rows])

    @api.model
    def _with_topics(self, found):
        """Whoever is told in Odoo also has a topic, where alerts are published."""
        if not get_settings().mqtt_alerts:
            return found
        topics = {
            (user_id, "mqtt"): until
            for (user_id, channel), until in found.items()
            if channel == "odoo"
        }
        return found | topics

    @api.model
    def _insert(self, event, lots):
        """:param lots: list of (alerts, tuples of ``_COLUMNS``)"""
        self.env["iot.alert"].flush_model(["severity", "company_id"])
        self.flush_model()
        alert_lots = [(i, id_) for i, lot in enumerate(lots) for id_ in lot[0].ids]
        rows = [(i, *row) for i, lot in enumerate(lots) for row in lot[1]]
        # Raw SQL: one statement for what may be a hundred thousand rows. What waits
        # already is not put a second time.
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO iot_notification (alert_id, user_id, channel, address,
                       state, next_try_at, event, severity, company_id,
                       attempts, created_at)
                SELECT of_lot.alert_id, said.user_id, said.channel, said.address,
                       said.state, said.next_try_at, %(event)s, alert.severity,
                       alert.company_id, 0, %(now)s
                  FROM unnest(%(alert_lot)s::int[], %(alert_id)s::int[])
                       AS of_lot (lot, alert_id)
                  JOIN unnest(%(lot)s::int[], %(user_id)s::int[],
                              %(channel)s::varchar[], %(address)s::varchar[],
                              %(state)s::varchar[], %(next_try_at)s::timestamp[])
                       WITH ORDINALITY AS said (lot, user_id, channel, address,
                                                state, next_try_at, place)
                       USING (lot)
                  JOIN iot_alert AS alert ON alert.id = of_lot.alert_id
                 ORDER BY alert.id, said.place
                    ON CONFLICT DO NOTHING
                """,
                event=event,
                now=fields.Datetime.now(),
                alert_lot=[lot for lot, _id in alert_lots],
                alert_id=[id_ for _lot, id_ in alert_lots],
                **dict(
                    zip(
                        ("lot", *_COLUMNS),
                        map(list, zip(*rows, strict=True)),
                        strict=True,
                    )
                ),
            )
        )
        self.invalidate_model()

    @api.model
    def _wake_for(self, rows):
        """:param rows: tuples of ``_COLUMNS``"""
        self._wake_channels({row[1] for row in rows if row[3] == "queued"})
        for channel, until in {(row[1], row[4]) for row in rows if row[3] == "held"}:
            self._channel_job(channel)._trigger(at=until)

    # Who was told before ------------------------------------------------------------

    @api.model
    def _told(self, alerts):
        """Who has heard of the beginning and not yet of the end: groups.

        What a channel is sending at this moment counts as heard.
        """
        waiting = self._lock_waiting(alerts)
        # Raw SQL: set-based. Subqueries that are hashed once, and no joins: in a power
        # cut the planner's statistics still say that this table is almost empty.
        self.env.cr.execute(
            SQL(
                """
                SELECT alert_id, array_agg(ARRAY[user_id::text, channel]
                                           ORDER BY user_id, channel)
                  FROM (
                SELECT row.alert_id, row.user_id, row.channel
                  FROM iot_notification AS row
                 WHERE row.alert_id = ANY(%(ids)s) AND row.user_id IS NOT NULL
                   AND row.state IN ('queued', 'held', 'sent', 'digested')
                   AND row.id NOT IN (SELECT unnest(%(waiting)s::int[]))
                   AND (row.digest_id IS NULL OR row.digest_id NOT IN (
                           SELECT id FROM iot_notification
                            WHERE event = 'digest' AND state = 'queued'))
                 GROUP BY row.alert_id, row.user_id, row.channel
                HAVING max(row.id) FILTER (WHERE row.event IN %(beginning)s)
                       > coalesce(
                           max(row.id) FILTER (WHERE row.event = 'cleared'), 0)
                       ) AS heard
                 GROUP BY alert_id
                """,
                ids=alerts.ids,
                waiting=waiting.ids,
                beginning=BEGINNING,
            )
        )
        alike = {}
        for alert_id, heard in self.env.cr.fetchall():
            keys = tuple((int(user_id), channel) for user_id, channel in heard)
            alike.setdefault(keys, []).append(alert_id)
        subscriptions = self.env["iot.alert.subscription"]
        groups = subscriptions._only_to_who_may_see(
            # A topic goes with Odoo, see _with_topics.
            (alerts.browse(ids), dict.fromkeys(k for k in keys if k[1] in PERSONAL))
            for keys, ids in alike.items()
        )
        return subscriptions._hold(groups, aware(fields.Datetime.now()))

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
            ),
            log_exceptions=False,  # changed since our snapshot: it is all done again
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
        heard = {alert.id: found for alerts, found in told for alert in alerts}
        merged = self.browse(
            of_one[:1].id
            for (alert_id, *key), of_one in waiting.grouped(to_recipient).items()
            if tuple(key) not in self._with_topics(heard.get(alert_id, {}))
        )
        merged._update_all(event="cleared")
        (waiting - merged)._void(_("Not sent: it had cleared already."))

    @api.model
    def _told_others(self, alerts):
        """In Odoo only, and not whoever did it; who knows that it is over, knows."""
        me = self.env.uid
        return [
            (of_it, {k: v for k, v in found.items() if k[1] == "odoo" and k[0] != me})
            for of_it, found in self._told(alerts)
        ]

    @api.model
    def _without_waiting(self, groups):
        """Who is about to be told of an alert need not be told twice."""
        alerts = self.env["iot.alert"].union(*(of_it for of_it, _found in groups))
        rows = self.search(
            [
                ("alert_id", "in", alerts.ids),
                ("event", "in", BEGINNING),
                "|",
                ("state", "in", ("queued", "held")),
                "&",
                ("state", "=", "suppressed"),
                ("next_try_at", "!=", False),
            ]
        )
        if not rows:
            return groups
        waiting = set(map(to_recipient, rows))
        return [
            (alert, {k: v for k, v in found.items() if (alert.id, *k) not in waiting})
            for of_it, found in groups
            for alert in of_it
        ]

    @api.model
    def _cancel(self, alerts, reason, events=None):
        waiting = self._lock_waiting(alerts)
        if events:
            waiting = waiting.filtered(lambda row: row.event in events)
        waiting._void(reason)

    def _void(self, reason):
        self._update_all(state="cancelled", error=reason, next_try_at=None)


def to_recipient(row):
    return row.alert_id.id, row.user_id.id, row.channel


_COLUMNS = ("user_id", "channel", "address", "state", "next_try_at")


def _to_rows(found, window_end):
    return [
        _to_row(user_id, channel, None, until, window_end)
        for (user_id, channel), until in found.items()
    ]


def _to_row(user_id, channel, address, until, window_end):
    """A tuple of ``_COLUMNS``."""
    state, at = "queued", None
    if window_end:
        state, at = "suppressed", window_end
    elif until:
        state, at = "held", naive(until)
    return user_id, channel, address, state, at
