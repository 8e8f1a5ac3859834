"""What Odoo tells a device, from the button to the device's answer."""

from datetime import timedelta, timezone

from odoo import _, api, fields, models

from ..control.delivery import OPEN, after_answer, retry_at
from ..notify.outcome import Outcome
from ..notify.publisher import Publisher
from ..settings import get_settings

_AT_ONCE = 200  # through one connection
_GRACE = timedelta(seconds=30)  # an answer given in time may still be on its way
STATES = [
    ("queued", "Queued"),
    ("sent", "Sent"),
    ("applied", "Applied"),
    ("refused", "Refused"),
    ("expired", "Expired"),
    ("superseded", "Superseded"),
    ("failed", "Not Taken by the Broker"),
]


class IotControlMessage(models.AbstractModel):
    """A row is written with what it tells, published by a scheduled action after the
    commit, and closed by the device's answer. See ``control/delivery.py``.

    Nobody may create or write one: people go through the methods of ``iot.device``.
    """

    _name = "iot.control.message"
    _description = "What a Device Is Told"
    _order = "id desc"
    _kind = None  # of an answer to it: config | command

    device_id = fields.Many2one(
        "iot.device", required=True, readonly=True, index=True, ondelete="cascade"
    )
    farm_id = fields.Many2one(related="device_id.farm_id", store=True, index=True)
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    reference = fields.Char(
        readonly=True,
        required=True,
        index=True,
        help="What an answer must name to be an answer to this.",
    )
    state = fields.Selection(
        STATES, "Status", default="queued", required=True, readonly=True, index=True
    )
    status_text = fields.Char(string="What Now", compute="_compute_status_text")
    queued_at = fields.Datetime(
        "Queued", default=fields.Datetime.now, required=True, readonly=True
    )
    sent_at = fields.Datetime("Taken by the Broker", readonly=True)
    answered_at = fields.Datetime("Answered", readonly=True)
    expires_at = fields.Datetime("Expires", readonly=True)
    reason = fields.Char("What the Device Said", readonly=True)
    error = fields.Char("What Went Wrong", readonly=True)
    attempts = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(readonly=True)

    @api.depends("state", "error", "reason", "device_id.live_ids.is_online")
    def _compute_status_text(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for row in self:
            text = labels[row.state]
            if row.state == "queued":
                text = _("Waiting for the broker")
            elif row.state == "sent" and row.device_id.is_online:
                text = _("Sent, not answered yet")
            elif row.state == "sent":
                text = _("Waiting for the device: it is offline")
            detail = row.reason if row.state != "queued" else row.error
            row.status_text = f"{text}: {detail}" if detail else text

    # Sending: called by the scheduled action ----------------------------------------

    @api.model
    def _wake(self):
        # sudo - ir.cron: a trigger is no change of the job.
        self.env.ref("smartdairy_iot.ir_cron_send_control").sudo()._trigger()

    @api.model
    def _cron_send(self):
        """What devices answered while no listener was there; then what waits."""
        self.env["iot.device.answer"]._apply_all()
        self.env["iot.retained.config"]._send_all()
        for name in ("iot.command", "iot.device.config"):
            self.env[name]._expire()
            self.env[name]._send_due()

    @api.model
    def _expire(self):
        late = self.search(
            [
                ("state", "in", OPEN),
                ("expires_at", "<", fields.Datetime.now() - _GRACE),
            ]
        )
        late.write({"state": "expired"})

    @api.model
    def _due_domain(self):
        now = fields.Datetime.now()
        due = ["|", ("next_try_at", "=", False), ("next_try_at", "<=", now)]
        alive = ["|", ("expires_at", "=", False), ("expires_at", ">", now)]
        return [("state", "=", "queued"), *due, *alive]

    @api.model
    def _send_due(self):
        while batch := self._lock_due():
            is_up = batch._send()
            left = self.search_count(self._due_domain())
            if not self.env["ir.cron"]._commit_progress(len(batch), remaining=left):
                break
            if not is_up:
                break
        self._wake_later()

    @api.model
    def _lock_due(self):
        due = self.search(self._due_domain(), order="id", limit=_AT_ONCE)
        return due.try_lock_for_update()

    def _send(self):
        """:return: False when the broker is away"""
        told = [row._to_publications() for row in self]
        try:
            with Publisher(get_settings()) as publisher:
                answers = iter(publisher.publish([p for ps in told for p in ps]))
        except OSError as error:
            self[:1]._settle(Outcome(False, f"{error}"[:500], is_channel_down=True))
            return False
        is_up = True
        for row, publications in zip(self, told, strict=True):
            outcomes = [next(answers) for _publication in publications]
            # A row is sent when all that it tells is.
            worst = next((o for o in outcomes if not o.is_sent), outcomes[0])
            row._settle(worst)
            is_up = is_up and not worst.is_channel_down
        return is_up

    def _settle(self, outcome):
        now = fields.Datetime.now()
        attempts = self.attempts + 1
        if outcome.is_sent:
            values = {"state": "sent", "sent_at": now, "error": False}
        else:
            again = retry_at(outcome, attempts, now)
            values = {
                "state": "queued" if again else "failed",
                "next_try_at": again or False,
                "error": outcome.error or False,
            }
        self.write({"attempts": attempts, **values})

    @api.model
    def _wake_later(self):
        waiting = self.search(
            [("state", "=", "queued"), ("next_try_at", "!=", False)],
            order="next_try_at",
            limit=1,
        )
        if waiting:
            job = self.env.ref("smartdairy_iot.ir_cron_send_control")
            # sudo - ir.cron: a trigger is no change of the job.
            job.sudo()._trigger(at=waiting.next_try_at)

    def _to_publications(self):
        """:return: list of :class:`~..notify.publication.Publication`, one at least"""
        raise NotImplementedError

    # Answers -------------------------------------------------------

    def _is_answerable(self):
        return self.device_id.state not in ("draft", "retired")

    def _take_answer(self, answer):
        """:param answer: iot.device.answer
        :return: False if it answers nothing that is asked now
        """
        if not self or not self._is_answerable():
            return False
        state = after_answer(self._kind, self.state, answer.status)
        if state:
            self.write(
                {
                    "state": state,
                    "answered_at": answer.received_at,
                    "reason": answer.reason or False,
                }
            )
        elif self.state != answer.status:
            labels = dict(self._fields["state"]._description_selection(self.env))
            self.reason = _(
                "It answered too late: %(status)s", status=labels[answer.status]
            )
        return True


def to_aware(time):
    """Odoo's naive UTC, with its zone."""
    return time.replace(tzinfo=timezone.utc)
