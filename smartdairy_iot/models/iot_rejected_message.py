from datetime import timezone

from odoo import api, fields, models
from odoo.tools import SQL

from ..ingest.message import Reason

_PAYLOAD_SHOWN = 2000  # characters kept of a refused message
_DETAIL_SHOWN = 500
_TOPIC_SHOWN = 500
_ROWS_KEPT = 10_000
_MOST = 2**31 - 1  # what an integer column can hold


class IotRejectedMessage(models.Model):
    """Messages that the line refused: one row per topic and reason, counted.

    A device that sends garbage every second makes one row with a count, not 86,400 a
    day, and the newest payload tells what is wrong.
    """

    _name = "iot.rejected.message"
    _description = "Rejected Message"
    _log_access = False
    _order = "last_at desc, id desc"
    _rec_name = "topic"

    reason = fields.Selection(
        [
            (Reason.TOO_LARGE.value, "Too large"),
            (Reason.WRONG_TOPIC.value, "Wrong topic"),
            (Reason.NOT_UTF8.value, "Not UTF-8"),
            (Reason.NOT_JSON.value, "Not JSON"),
            (Reason.WRONG_SHAPE.value, "Wrong shape"),
            (Reason.MISSING_VALUE.value, "Missing value"),
            (Reason.NOT_A_NUMBER.value, "Not a number"),
            (Reason.UNKNOWN_UNIT.value, "Unknown unit"),
            (Reason.OUT_OF_RANGE.value, "Out of range"),
            (Reason.BAD_TIMESTAMP.value, "Unusable timestamp"),
            (Reason.FUTURE_TIMESTAMP.value, "Timestamp in the future"),
            (Reason.UNKNOWN_DEVICE.value, "Unknown device"),
            (Reason.INACTIVE_DEVICE.value, "Device not active"),
            (Reason.WRONG_DEVICE_TYPE.value, "Wrong device type"),
            (Reason.NOT_A_CHILD.value, "Not a child of this gateway"),
            (Reason.STALE_ANSWER.value, "Answers nothing that was asked"),
            (Reason.STORE_REFUSED.value, "Refused by the store"),
            (Reason.INTERNAL_ERROR.value, "Internal error"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    topic = fields.Char(required=True, readonly=True)
    device_ref = fields.Char(string="Device ID", readonly=True)
    device_id = fields.Many2one(
        "iot.device",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Empty where no device was named so when the message came.",
    )
    count = fields.Integer(readonly=True)
    first_at = fields.Datetime(string="First", readonly=True)
    last_at = fields.Datetime(string="Last", readonly=True, index=True)
    detail = fields.Char(string="What Was Wrong", readonly=True)
    payload = fields.Text(string="Newest Payload", readonly=True)
    size = fields.Integer(string="Bytes", readonly=True)

    _reason_topic_unique = models.Constraint("UNIQUE(reason, topic)")

    @api.model
    def _record(self, rejections):
        """:param rejections: list of :class:`~..ingest.message.Rejection`"""
        counted = {}
        for rejection in rejections:
            key = (rejection.reason.value, _clean(rejection.topic, _TOPIC_SHOWN))
            count, _newest = counted.get(key, (0, None))
            counted[key] = (count + 1, rejection)
        if not counted:
            return
        rows = [
            _to_row(*key, count, newest)
            for key, (count, newest) in sorted(counted.items(), key=lambda kv: kv[0])
        ]
        # Raw SQL: update, and insert what is new. ON CONFLICT DO UPDATE alone would
        # take an id for each row that it only counts, until there are none left.
        self.env.cr.execute(
            SQL(
                """
                WITH given (reason, topic, device_ref, count, at, detail, payload, size)
                  AS (VALUES %(rows)s),
                said AS (
                    SELECT given.*, device.id AS device
                      FROM given
                      LEFT JOIN iot_device AS device
                             ON device.device_id = given.device_ref
                ),
                counted AS (
                    UPDATE iot_rejected_message AS old
                       SET count = least(old.count::bigint + said.count, %(most)s),
                           device_ref = said.device_ref,
                           device_id = said.device,
                           last_at = said.at,
                           detail = said.detail,
                           payload = said.payload,
                           size = said.size
                      FROM said
                     WHERE (old.reason, old.topic) = (said.reason, said.topic)
                 RETURNING old.reason, old.topic
                )
                INSERT INTO iot_rejected_message AS old (reason, topic, device_ref,
                       device_id, count, first_at, last_at, detail, payload, size)
                SELECT reason, topic, device_ref, device, count, at, at, detail,
                       payload, size
                  FROM said
                 WHERE (reason, topic) NOT IN (SELECT reason, topic FROM counted)
                    ON CONFLICT (reason, topic)
                    DO UPDATE SET count =
                       least(old.count::bigint + EXCLUDED.count, %(most)s)
                """,
                rows=SQL(", ").join(rows),
                most=_MOST,
            )
        )

    @api.autovacuum
    def _gc_rejected(self):
        """A bounded table, whatever a hostile device invents as topics."""
        self.search([], offset=_ROWS_KEPT).unlink()


def _to_row(reason, topic, count, rejection):
    at = rejection.received_at.astimezone(timezone.utc).replace(tzinfo=None)
    return SQL(
        "%s",
        (
            reason,
            topic,
            _clean(rejection.device_id, 50) if rejection.device_id else None,
            count,
            at,
            _clean(rejection.detail, _DETAIL_SHOWN),
            _clean(rejection.payload.decode(errors="replace"), _PAYLOAD_SHOWN),
            rejection.size or len(rejection.payload),
        ),
    )


def _clean(text, length):
    """What a text column can hold: no NUL, no lone surrogate, not endless."""
    text = text[:length].replace("\0", "\N{SYMBOL FOR NULL}")
    return text.encode(errors="replace").decode()
