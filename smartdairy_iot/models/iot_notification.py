"""The queue of what is to be told, and the log of what was."""

from datetime import timedelta

from odoo import api, fields, models

from .iot_threshold import SEVERITY_SELECTION

_KEPT_DAYS = 730
_DROPPED_AT_ONCE = 10000
CHANNELS = [
    ("odoo", "Odoo"),
    ("email", "E-mail"),
    ("push", "Push"),
    ("sms", "SMS"),
    ("mqtt", "MQTT"),
    ("webhook", "Webhook"),
]
EVENTS = [
    ("raised", "Raised"),
    ("risen", "More Severe"),
    ("realarm", "Still Holds"),
    ("escalated", "Escalated"),
    ("reminder", "Reminder"),
    ("cleared", "Cleared"),
    ("acknowledged", "Acknowledged"),
    ("resolved", "Resolved"),
    ("dismissed", "Dismissed"),
    ("digest", "Digest"),
]
STATES = [
    ("queued", "Queued"),
    ("sent", "Sent"),
    ("failed", "Failed"),
    ("held", "Held: Quiet Hours"),
    ("digested", "Told in a Digest"),
    ("suppressed", "Suppressed: Maintenance"),
    ("cancelled", "Cancelled"),
]


class IotNotification(models.Model):
    """One row for each alert, event, recipient and channel.

    It is written by the transaction in which the event happened, and sent by a
    scheduled action of its channel: a slow or dead channel delays no other. A digest
    is a row without an alert; the rows that it tells name it in ``digest_id``.
    """

    _name = "iot.notification"
    _description = "IoT Notification"
    _order = "id desc"
    # A power cut writes a hundred thousand rows: each foreign key is checked for each.
    _log_access = False

    created_at = fields.Datetime(
        "When", required=True, readonly=True, default=fields.Datetime.now
    )
    alert_id = fields.Many2one(
        "iot.alert", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    event = fields.Selection(EVENTS, required=True, readonly=True)
    # As it was then, for the channels that depend on it.
    severity = fields.Selection(SEVERITY_SELECTION, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Recipient", readonly=True, ondelete="cascade"
    )
    # A webhook's URL may hold a key.
    address = fields.Char(readonly=True, groups="smartdairy_iot.group_iot_manager")
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    state = fields.Selection(STATES, required=True, default="queued", readonly=True)
    attempts = fields.Integer(readonly=True)
    next_try_at = fields.Datetime(readonly=True)
    tried_at = fields.Datetime(readonly=True, help="The last attempt.")
    sent_at = fields.Datetime(readonly=True)
    error = fields.Char(readonly=True)
    reference = fields.Char(readonly=True)
    digest_id = fields.Many2one(
        "iot.notification", readonly=True, index="btree_not_null", ondelete="set null"
    )
    digested_ids = fields.One2many("iot.notification", "digest_id", readonly=True)
    farm_id = fields.Many2one(related="alert_id.farm_id")
    company_id = fields.Many2one("res.company", readonly=True)

    _one_waiting = models.UniqueIndex(
        "(alert_id, event, channel, COALESCE(user_id, 0), COALESCE(address, ''))"
        " WHERE state IN ('queued', 'held') AND alert_id IS NOT NULL",
        "This is about to be told already.",
    )
    _recently = models.Index("(user_id, channel, tried_at) WHERE tried_at IS NOT NULL")
    # what monitoring asks for each quarter of a minute
    _tried = models.Index("(tried_at, channel, state) WHERE tried_at IS NOT NULL")
    _digests = models.Index("(user_id, channel) WHERE event = 'digest'")
    _due = models.Index("(channel, next_try_at) WHERE state = 'queued'")

    @api.depends("alert_id", "event", "channel", "user_id")
    def _compute_display_name(self):
        for row in self:
            what = row.alert_id.message or dict(EVENTS).get(row.event)
            row.display_name = f"{what} → {row.user_id.name or row.channel}"

    @api.autovacuum
    def _gc_old(self):
        """Two years, if nothing else is said; 0 keeps all."""
        # sudo - ir.config_parameter: a number of days.
        get = self.env["ir.config_parameter"].sudo().get_param
        days = int(get("smartdairy_iot.notification_days", _KEPT_DAYS))
        if days:
            before = fields.Datetime.now() - timedelta(days=days)
            old = self.search([("created_at", "<", before)], limit=_DROPPED_AT_ONCE)
            old.unlink()
            return len(old), len(old) == _DROPPED_AT_ONCE
        return None

    @api.model
    def _addresses(self, alerts, event):
        """Recipients that are no users, such as webhooks and topics; channels extend.

        :return: list of ``{alert_id, channel, address}`` or ``{alert_id, channel,
            user_id}``, ids as integers
        """
        return []
