"""Push to phones, by FCM. Who has the app is told there, and not in a browser too."""

import logging
import random

from odoo import _, api, fields, models

from odoo.addons.smartdairy_iot.notify import side_by_side
from odoo.addons.smartdairy_iot.notify.outcome import BACKOFF, Outcome
from odoo.addons.smartdairy_iot.notify.several import best_of
from odoo.addons.smartdairy_iot.settings import get_settings

from ..push.answer import seconds_to_wait
from ..push.fcm import Fcm, FcmAwayError
from ..push.message import to_arguments
from ..push.settle import Heard, settle

_logger = logging.getLogger(__name__)
_dice = random.SystemRandom()

_LANES = 8  # connections to FCM at a time
_clients = {}  # (file, URL) → Fcm, of this process: it keeps the access token


class IotNotification(models.Model):
    _inherit = "iot.notification"

    delivery_ids = fields.One2many(
        "iot.push.delivery", "notification_id", "Devices", readonly=True
    )

    def _send_push(self):
        outcomes = self._send_fcm()
        others = self.filtered(lambda row: not _is_settled(outcomes.get(row)))
        if others:
            found = super(IotNotification, others)._send_push()
            for row, outcome in found.items():
                outcomes[row] = best_of([*filter(None, [outcomes.get(row)]), outcome])
        return outcomes

    def _send_fcm(self):
        """:return: ``{row: Outcome}`` of those that are told by app; what is final or
        says that FCM is away may still reach a browser"""
        # sudo - iot.app.session: the channel is the system's.
        by_user = self.env["iot.app.session"].sudo()._with_push(self.user_id)
        rows = self.filtered(lambda row: row.user_id in by_user)
        fcm = rows and self._fcm()
        if not fcm:
            return {}
        try:
            fcm.authorize()
        except FcmAwayError as error:
            _logger.warning("No push to phones: %s", error)
            away = Outcome(False, str(error), is_channel_down=True)
            return dict.fromkeys(rows, away)
        done = {(d.notification_id, d.session_id): d for d in rows.sudo().delivery_ids}
        requests = [
            row._to_fcm(fcm, session)
            for row in rows
            for session in by_user[row.user_id]
            if row._is_to_be_sent(session, done)
        ]
        heard = self._deliver(fcm, requests)
        self._note(heard, done)
        rows.invalidate_recordset(["delivery_ids"])
        outcomes = {key: outcome for key, (outcome, _is_gone) in heard.items()}
        return {row: row._settle_devices(outcomes) for row in rows}

    @api.model
    def _fcm(self):
        settings = get_settings()
        if not settings.fcm_service_account:
            return None
        key = settings.fcm_service_account, settings.fcm_url
        if key not in _clients:
            _clients[key] = Fcm(*key)
        return _clients[key]

    def _is_to_be_sent(self, session, done):
        delivery = done.get((self, session))
        if delivery and delivery.state != "later":
            return False
        return session._wants(self._told_alerts())

    def _to_fcm(self, fcm, session):
        row = self.with_context(lang=session.language or self.user_id.lang)
        # sudo - iot.app.session: whose token nobody else reads.
        token = session.sudo().push_token
        body = fcm.to_payload(token, **row._fcm_arguments())
        return side_by_side.Request((self.id, session.id), token, {}, body)

    def _fcm_arguments(self):
        alert = self.alert_id
        is_bad = self._is_bad_news()
        # A digest has the most severe of its alerts, and may be opened as one.
        first = alert or self._told_alerts()[:1]
        return to_arguments(
            f"{self._label()}: {self._headline()}",
            self._push_text(),
            self._severity_told() if is_bad else "normal",
            {
                "alert_id": first.id or None,
                "alert_severity": first.severity or None,
                "alert_count": len(self._told_alerts()),
                "event": self.event,
                "device_id": first.device_id.device_id or None,
                "farm_id": first.farm_id.id or None,
                "notification_id": self.id,
            },
            f"{(alert or self)._name}-{(alert or self).id}",
        )

    def _deliver(self, fcm, requests):
        """:return: ``{(row id, session id): (Outcome, whether the token is dead)}``"""
        lanes = {}
        for request in requests:  # of one device, one after the other
            lanes.setdefault(request.key[1] % _LANES, []).append(request)
        receivers = [side_by_side.Receiver(*lane) for lane in lanes.items()]
        heard = {}
        for report in side_by_side.send_all(receivers, fcm.send):
            tokens = {request.key: request.url for request in lanes[report.receiver]}
            for key, outcome in report.outcomes.items():
                heard[key] = outcome, tokens[key] in report.gone
        return heard

    def _note(self, heard, done):
        """The log of each device, and dead tokens out of the way."""
        now = fields.Datetime.now()
        # sudo - iot.push.delivery, iot.app.session: the channel is the system's.
        sessions = self.env["iot.app.session"].sudo()
        deliveries = self.env["iot.push.delivery"].sudo()
        new = []
        for (row_id, session_id), (outcome, is_gone) in heard.items():
            row, session = self.browse(row_id), sessions.browse(session_id)
            before = done.get((row, session), deliveries)
            values = {
                "state": _to_state(outcome, is_gone),
                "attempts": before.attempts + 1,
                "tried_at": now,
                "error": outcome.error or False,
                "reference": outcome.reference or False,
            }
            if before:
                before.write(values)
            else:
                new.append(
                    {"notification_id": row_id, "session_id": session_id, **values}
                )
            if is_gone:
                sessions |= session
        deliveries.create(new)
        sessions._forget_push()

    def _settle_devices(self, heard):
        """:param heard: as of :meth:`_deliver`"""
        # sudo - iot.push.delivery: the channel is the system's.
        deliveries = self.sudo().delivery_ids
        if not deliveries:
            who = self.user_id.name
            error = _("No device of %(name)s wants to be told of this.", name=who)
            return Outcome(False, error, is_final=True)
        now = {key[1]: outcome for key, outcome in heard.items() if key[0] == self.id}
        attempts = self.attempts + 1
        settled = settle(
            [_to_heard(one, now.get(one.session_id.id)) for one in deliveries],
            is_last=attempts > len(BACKOFF),
        )
        return Outcome(
            settled.state == "sent",
            settled.error,
            is_final=settled.state == "lost",
            is_channel_down=any(outcome.is_channel_down for outcome in now.values()),
            reference=settled.reference,
            retry_after=seconds_to_wait(attempts, settled.wait, _dice.random()),
        )


def _to_heard(delivery, outcome):
    return Heard(
        delivery.state == "sent",
        delivery.state in ("failed", "gone"),
        delivery.error or "",
        delivery.reference or "",
        outcome.retry_after if outcome else 0,
    )


def _is_settled(outcome):
    """Whether a browser need not be asked."""
    return outcome and not outcome.is_final and not outcome.is_channel_down


def _to_state(outcome, is_gone):
    if outcome.is_sent:
        return "sent"
    if is_gone:
        return "gone"
    return "failed" if outcome.is_final else "later"
