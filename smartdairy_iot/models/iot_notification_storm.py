"""Before a channel sends: what was held is released, what is too much is grouped."""

from collections import Counter
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.tools import SQL

from ..notify.plan import Recent, Waiting, split_storm
from ..rules.rule import severity_rank

_RATE, _MINUTES = 5, 5


class IotNotification(models.Model):
    _inherit = "iot.notification"

    @api.model
    def _prepare(self, channel):
        """One job for each channel runs at a time: nobody else groups its rows."""
        self._release_held(channel)
        self._group_storms(channel)

    # Quiet hours --------------------------------------------------------------------

    @api.model
    def _release_held(self, channel):
        held = self.search(
            [
                ("channel", "=", channel),
                ("state", "=", "held"),
                ("next_try_at", "<=", fields.Datetime.now()),
            ]
        )
        over = held.filtered(lambda row: not row._still_matters())
        over.write(
            {
                "state": "cancelled",
                "error": _("Not sent: it was over when the quiet hours ended."),
            }
        )
        for rows in (held - over).grouped("user_id").values():
            if len(rows) == 1:
                rows.write({"state": "queued", "next_try_at": False})
            else:
                rows._digest()

    def _still_matters(self):
        """What somebody has seen to, or is over and seen, need not be told late."""
        if self.event == "cleared":
            return not self.alert_id.is_active
        return self.alert_id.is_open

    # Storms -------------------------------------------------------------------------

    @api.model
    def _group_storms(self, channel):
        rate, window = self._storm_limits()
        now = fields.Datetime.now()
        due = self._due_by_user(channel, now)
        users = self.env["res.users"].browse(due)
        recent = self._recent(channel, users, window)
        for user in users:
            split = split_storm(due[user.id], recent[user], now, rate, window)
            self.browse(split.digest)._digest()
            if split.wait:
                self.browse(split.wait)._update_all(next_try_at=split.until)

    @api.model
    def _due_by_user(self, channel, now):
        """:return: ``{user id: [Waiting, …]}`` of what was not tried yet"""
        self.flush_model()
        # Raw SQL: of tens of thousands of rows three columns are needed, no records.
        self.env.cr.execute(
            SQL(
                """
                SELECT user_id, id, coalesce(severity, 'low'), created_at
                  FROM iot_notification
                 WHERE channel = %s AND state = 'queued' AND attempts = 0
                   AND user_id IS NOT NULL AND alert_id IS NOT NULL
                   AND (next_try_at IS NULL OR next_try_at <= %s)
                """,
                channel,
                now,
            )
        )
        due = {}
        for user_id, *row in self.env.cr.fetchall():
            due.setdefault(user_id, []).append(Waiting(*row))
        return due

    def _update_all(self, **vals):
        if not self:
            return
        self.flush_model()
        # Raw SQL: the ORM would load and mark each of tens of thousands of records.
        columns = [SQL("%s = %s", SQL.identifier(k), v) for k, v in vals.items()]
        self.env.cr.execute(
            SQL(
                "UPDATE iot_notification SET %s WHERE id = ANY(%s)",
                SQL(", ").join(columns),
                self.ids,
            )
        )
        self.invalidate_model()

    @api.model
    def _storm_limits(self):
        """:return: so many, within that time"""
        # sudo - ir.config_parameter: two numbers that say how much is too much.
        get = self.env["ir.config_parameter"].sudo().get_param
        rate = int(get("smartdairy_iot.storm_rate", _RATE))
        minutes = int(get("smartdairy_iot.storm_minutes", _MINUTES))
        return max(1, rate), timedelta(minutes=max(1, minutes))

    @api.model
    def _recent(self, channel, users, window):
        """:return: ``{user: Recent}``"""
        since = fields.Datetime.now() - window
        domain = [("channel", "=", channel), ("user_id", "in", users.ids)]
        told = self._read_group(
            [
                *domain,
                ("alert_id", "!=", False),
                ("tried_at", ">", since),
            ],
            ["user_id", "severity"],
            ["__count"],
        )
        digests = dict(
            self._read_group(
                [*domain, ("event", "=", "digest"), ("created_at", ">", since)],
                ["user_id"],
                ["created_at:max"],
            )
        )
        counts = {user: Counter() for user in users}
        for user, severity, count in told:
            is_apart = severity in ("high", "critical")
            counts[user][severity if is_apart else "ordinary"] += count
        return {
            user: Recent(**count, last_digest_at=digests.get(user))
            for user, count in counts.items()
        }

    def _digest(self):
        """One message instead of these, which are of one recipient and channel."""
        if not self:
            return self
        first = self[:1]
        digest = self.search(
            [
                ("event", "=", "digest"),
                ("state", "=", "queued"),
                ("user_id", "=", first.user_id.id),
                ("channel", "=", first.channel),
            ],
            limit=1,
        ) or self.create(
            {
                "event": "digest",
                "user_id": first.user_id.id,
                "channel": first.channel,
                "severity": first.severity,
                "company_id": first.user_id.company_id.id,
            }
        )
        severities = [digest.severity or "low", *self.mapped("severity")]
        digest.severity = max(severities, key=severity_rank)
        digest.flush_recordset()
        self._update_all(state="digested", digest_id=digest.id, next_try_at=None)
        return digest
