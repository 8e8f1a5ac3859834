import logging
from datetime import timezone

import psycopg2

from odoo import api, fields, models

from ..ingest.message import EXCERPT, Reason, Rejection

_logger = logging.getLogger(__name__)

_AT_ONCE = 1000
_MODELS = {"config": "iot.device.config", "command": "iot.command"}


class IotDeviceAnswer(models.Model):
    """What devices answered, from transaction 1, which the broker's acknowledgement
    waits for, until transaction 2 has applied it: a crash between them loses nothing.
    """

    _name = "iot.device.answer"
    _description = "Answer of a Device, to Be Applied"
    _log_access = False
    _order = "id"

    kind = fields.Selection([("config", "Config"), ("command", "Command")])
    device_ref = fields.Char(required=True)
    reference = fields.Char(required=True)
    status = fields.Char(required=True)
    reason = fields.Char()
    firmware = fields.Json()
    received_at = fields.Datetime(required=True)
    topic = fields.Char()
    payload = fields.Char()

    @api.model
    def _record(self, answers):
        """:param answers: list of :class:`~..control.answer.Answer`"""
        if answers:
            self.create([_to_row(answer) for answer in answers])
            self.env.flush_all()

    @api.model
    def _apply_all(self):
        """:return: how many answered nothing that is asked now"""
        stale = 0
        while waiting := self.search([], limit=_AT_ONCE).try_lock_for_update():
            for kind, answers in waiting.grouped("kind").items():
                stale += answers._apply_safely(kind)
            waiting.unlink()
        return stale

    def _apply_safely(self, kind):
        """One that cannot be applied must not hold up the others."""
        try:
            with self.env.cr.savepoint():
                return self._apply(kind)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise  # a conflict with another transaction, or no database: try again
        except Exception:
            if len(self) > 1:
                return sum(answer._apply_safely(kind) for answer in self)
            _logger.exception("Cannot apply the answer %s: dropped", self.read())
            return 0

    def _apply(self, kind):
        told = self.env[_MODELS[kind]]
        asked = {
            (row.device_id.device_id, row.reference): row
            for row in told.search([("reference", "in", self.mapped("reference"))])
        }
        stale = []
        for answer in self:
            row = asked.get((answer.device_ref, answer.reference), told)
            if not row._take_answer(answer):
                stale.append(answer._to_rejection(row))
        self.env["iot.rejected.message"]._record(stale)
        return len(stale)

    def _to_rejection(self, row):
        detail = (
            "something newer was sent since"
            if row
            else "nothing was sent to this device that has this hash or id"
        )
        payload = (self.payload or "").encode()
        return Rejection(
            Reason.STALE_ANSWER,
            f"{self.reference}: {detail}",
            self.topic or "",
            payload,
            self.received_at.replace(tzinfo=timezone.utc),
            self.device_ref,
        )


def _to_row(answer):
    at = answer.received_at.astimezone(timezone.utc).replace(tzinfo=None)
    payload = answer.payload[:EXCERPT].decode(errors="replace").replace("\0", "")
    return {
        "kind": answer.kind,
        "device_ref": answer.device_id,
        "reference": answer.reference,
        "status": answer.status,
        "reason": answer.reason or False,
        "firmware": answer.firmware or False,
        "received_at": at,
        "topic": answer.topic,
        "payload": payload,
    }
