"""Sending what waits: one scheduled action for each channel."""

import logging
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.tools import SQL

from ..notify.outcome import Outcome, next_try

_logger = logging.getLogger(__name__)

_AT_ONCE = 20  # rows; a crash between sending and commit tells these once more
_AT_ONCE_MQTT = 200  # through one connection


class IotNotification(models.Model):
    _inherit = "iot.notification"

    @api.model
    def _cron_send_odoo(self):
        self._send_due("odoo")

    @api.model
    def _cron_send_email(self):
        self._send_due("email")

    @api.model
    def _cron_send_push(self):
        self._send_due("push")

    @api.model
    def _cron_send_sms(self):
        self._send_due("sms")

    @api.model
    def _cron_send_mqtt(self):
        self._send_due("mqtt")

    @api.model
    def _cron_send_webhook(self):
        self._send_due("webhook")

    @api.model
    def _wake_channels(self, channels):
        if channels:
            jobs = [f"smartdairy_iot.ir_cron_send_{channel}" for channel in channels]
            self.env["ir.cron"]._wake_once(*jobs)

    @api.model
    def _channel_job(self, channel):
        # sudo - ir.cron: a trigger is no change of the job.
        return self.env.ref(f"smartdairy_iot.ir_cron_send_{channel}").sudo()

    @api.model
    def _send_due(self, channel):
        """Send, in small batches that are committed each, all that is due."""
        while batch := self._claim(channel):
            is_up = batch._send(channel)
            left = self.search_count(self._due_domain(channel))
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=left):
                break
            if not is_up:
                break
        self._wake_later(channel)

    @api.model
    def _due_domain(self, channel):
        now = fields.Datetime.now()
        return [
            ("channel", "=", channel),
            ("state", "=", "queued"),
            "|",
            ("next_try_at", "=", False),
            ("next_try_at", "<=", now),
        ]

    @api.model
    def _claim(self, channel):
        """The oldest due rows, locked; what another transaction works on is left."""
        # Before each batch: while the last one was sent, more became due.
        self._prepare(channel)
        return self._lock_due(channel)

    @api.model
    def _lock_due(self, channel):
        self.flush_model()
        # Raw SQL: the ORM cannot lock what it searches for, nor skip what is locked.
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM iot_notification
                 WHERE channel = %s AND state = 'queued'
                   AND (next_try_at IS NULL OR next_try_at <= %s)
                 ORDER BY id
                 LIMIT %s
                   FOR UPDATE SKIP LOCKED
                """,
                channel,
                fields.Datetime.now(),
                _AT_ONCE_MQTT if channel == "mqtt" else _AT_ONCE,
            ),
            log_exceptions=False,
        )
        return self.browse(row_id for (row_id,) in self.env.cr.fetchall())

    def _send(self, channel):
        """:return: False when nothing more can be sent through this channel now"""
        rows = self._drop_unseen()
        try:
            with self.env.cr.savepoint():
                outcomes = getattr(rows, f"_send_{channel}")()
        except Exception as error:  # noqa: BLE001 - one channel must not stop the log
            _logger.warning("Sending by %s failed: %s", channel, error, exc_info=True)
            outcomes = dict.fromkeys(rows, Outcome(False, str(error) or repr(error)))
        return rows._settle_all(outcomes)

    def _settle_all(self, outcomes):
        """:return: False when nothing more can be sent through this channel now"""
        is_down = any(outcome.is_channel_down for outcome in outcomes.values())
        missing = Outcome(False, "The channel said nothing about it.")
        for row in self:
            if row in outcomes or not is_down:  # the rest was not tried
                row._settle(outcomes.get(row, missing))
        return not is_down

    def _drop_unseen(self):
        """Who may no longer see an alert is not told of it either.

        :return: the rows that are left
        """
        for user, rows in self.grouped("user_id").items():
            if not user:
                continue
            told = rows | rows.digested_ids
            visible = (
                user._iot_visible(told.alert_id)
                if user.active
                else self.env["iot.alert"]
            )
            unseen = told.filtered(
                lambda r, v=visible: r.alert_id and r.alert_id not in v
            )
            unseen.digest_id = False
            unseen._void(_("%(name)s may not see this alert.", name=user.name))
        empty = self.filtered(
            lambda row: row.event == "digest" and not row.digested_ids
        )
        empty._void(_("Nothing is left to tell."))
        return self.filtered(lambda row: row.state == "queued")

    def _settle(self, outcome):
        now = fields.Datetime.now()
        attempts = self.attempts + 1
        again = next_try(outcome, attempts, now)
        state = "sent" if outcome.is_sent else "queued" if again else "failed"
        self.write(
            {
                "state": state,
                "attempts": attempts,
                "tried_at": now,
                "next_try_at": again or False,
                "sent_at": outcome.is_sent and now,
                "error": outcome.error or False,
                "reference": outcome.reference or False,
            }
        )

    @api.model
    def _wake_later(self, channel):
        """Come back when the next attempt is due."""
        waiting = self.search(
            [("channel", "=", channel), ("state", "in", ("queued", "held"))],
            order="next_try_at",
            limit=1,
        )
        if waiting:
            soon = fields.Datetime.now() + timedelta(seconds=1)
            self._channel_job(channel)._trigger(
                at=max(waiting.next_try_at or soon, soon)
            )
