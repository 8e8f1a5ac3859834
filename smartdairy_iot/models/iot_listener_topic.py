from datetime import timedelta

from odoo import api, fields, models

_DAYS_KEPT = 365


class IotListenerTopic(models.Model):
    """What an MQTT session was ever subscribed to besides our own grammar.

    The broker keeps a session while its listener is away, and has no way to list its
    subscriptions. Without this, the topics of a profile that was deleted meanwhile
    would be delivered, and rejected, for ever.
    """

    _name = "iot.listener.topic"
    _description = "Subscription of a Listener"
    _log_access = False
    _rec_name = "topic"

    session = fields.Char(required=True, readonly=True)
    topic = fields.Char(required=True, readonly=True)
    followed_at = fields.Datetime(required=True, readonly=True)

    _session_topic_unique = models.Constraint("UNIQUE(session, topic)")

    @api.model
    def _follow(self, session, filters):
        """Remember the filters of that session.

        :return: set of those that it followed before, and no longer
        """
        known = self.search([("session", "=", session)])
        now = fields.Datetime.now()
        known.filtered(lambda followed: followed.topic in filters).followed_at = now
        before = set(known.mapped("topic"))
        self.create(
            [
                {"session": session, "topic": topic, "followed_at": now}
                for topic in filters - before
            ]
        )
        return before - filters

    @api.autovacuum
    def _gc_topics(self):
        before = fields.Datetime.now() - timedelta(days=_DAYS_KEPT)
        self.search([("followed_at", "<", before)]).unlink()
