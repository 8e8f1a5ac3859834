from odoo import api, fields, models

from ..push import topic


class IotAppSession(models.Model):
    """Where FCM reaches the device, and what it wants to hear of."""

    _inherit = "iot.app.session"

    # Who has it and our service account can send to the device; it opens nothing.
    push_token = fields.Char(groups=fields.NO_ACCESS)
    push_registered_at = fields.Datetime("Push Since", readonly=True)
    push_topics = fields.Json(readonly=True)  # list; empty: all that the person is told

    # As unique, for a token may be longer than what a B-tree takes.
    _one_push_token = models.Constraint("EXCLUDE USING hash (push_token WITH =)")

    def _register_push(self, token):
        """The app has a new token, or the one that it had before."""
        self.ensure_one()
        if self.push_token == token:
            return
        # Somebody else was signed in on this phone before.
        self.search([("push_token", "=", token)])._forget_push()
        self.env.flush_all()
        self.write({"push_token": token, "push_registered_at": fields.Datetime.now()})

    def _forget_push(self):
        self.write({"push_token": False, "push_registered_at": False})

    def _revoke(self, reason, by=None):
        live = super()._revoke(reason, by)
        live._forget_push()
        return live

    @api.model
    def _with_push(self, users):
        """The devices to which pushes go; ``{user: sessions}``."""
        domain = [
            ("user_id", "in", users.ids),
            ("push_token", "!=", False),
            ("revoked_at", "=", False),
            ("expires_at", ">", fields.Datetime.now()),
        ]
        return self.search(domain, order="id").grouped("user_id")

    def _wants(self, alerts):
        facts = [(alert.farm_id.id or None, alert.severity) for alert in alerts]
        return topic.wants(self.push_topics or [], facts)
