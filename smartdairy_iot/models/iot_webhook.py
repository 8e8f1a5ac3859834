import uuid
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..notify.webhook import SHORTEST_SECRET, derive_key, to_secret, url_problem
from ..settings import get_settings
from .iot_threshold import SEVERITY_SELECTION

_BOTH_KEYS = timedelta(hours=24)  # after a change the old secret is accepted so long
# Which of the events a webhook's boxes mean.
_BOXES = {
    "raised": "on_raised",
    "risen": "on_risen",
    "cleared": "on_cleared",
    "acknowledged": "on_acknowledged",
    "resolved": "on_ended",
    "dismissed": "on_ended",
}


class IotWebhook(models.Model):
    """Where alerts are told to another program, signed as Standard Webhooks has it.

    Only administrators write here: whoever does decides to which machine, also one of
    the farm's own network, Odoo talks.
    """

    _name = "iot.webhook"
    _description = "IoT Webhook"
    _inherit = ["farm.owned"]
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
    url = fields.Char("URL", required=True, copy=False)
    farm_ids = fields.Many2many(
        "farm.farm", string="Farms", help="None chosen: all farms of the company."
    )
    minimum_severity = fields.Selection(
        SEVERITY_SELECTION, "From Severity", default="low", required=True
    )
    on_raised = fields.Boolean("Raised", default=True)
    on_risen = fields.Boolean("More Severe", default=True)
    on_cleared = fields.Boolean("Cleared", default=True)
    on_acknowledged = fields.Boolean("Acknowledged", default=True)
    on_ended = fields.Boolean("Resolved or Dismissed", default=True)

    # The key is made of these and of webhook_secret in odoo.conf; it is stored nowhere.
    key_reference = fields.Char(
        default=lambda self: uuid.uuid4().hex, copy=False, readonly=True, required=True
    )
    key_number = fields.Integer(default=1, copy=False, readonly=True)
    key_changed_at = fields.Datetime(copy=False, readonly=True)
    secret_shown_at = fields.Datetime(copy=False, readonly=True)
    secret_shown_by = fields.Many2one("res.users", copy=False, readonly=True)
    secret_problem = fields.Char(compute="_compute_secret_problem")

    silences = fields.Integer("Not Answered in a Row", copy=False, readonly=True)
    resting_until = fields.Datetime(copy=False, readonly=True)
    last_error = fields.Char(copy=False, readonly=True)
    gone_at = fields.Datetime(
        copy=False, readonly=True, help="It answered that it is no more (HTTP 410)."
    )

    @api.depends_context("uid")
    def _compute_secret_problem(self):
        self.secret_problem = self._find_secret_problem()

    @api.model
    def _find_secret_problem(self):
        master = get_settings().webhook_secret
        if not master:
            return _(
                "Nothing can be signed yet: webhook_secret is not set in the section "
                "[smartdairy_iot] of odoo.conf, nor SMARTDAIRY_IOT_WEBHOOK_SECRET in "
                "the environment."
            )
        if len(master) < SHORTEST_SECRET:
            return _(
                "Nothing is signed: webhook_secret in odoo.conf is too short. It needs "
                "at least %(count)s characters, such as those of: openssl rand -hex 32",
                count=SHORTEST_SECRET,
            )
        return False

    @api.constrains("url")
    def _check_url(self):
        reasons = {
            "syntax": _("it is no URL, such as https://example.com/alerts"),
            "scheme": _("it must begin with https:// (http:// on this machine only)"),
            "credentials": _("a user or password must not stand in it"),
        }
        for webhook in self:
            problem = url_problem(webhook.url or "")
            if problem:
                raise ValidationError(
                    _(
                        "The URL of “%(name)s” cannot be used: %(why)s.",
                        name=webhook.name,
                        why=reasons[problem],
                    )
                )

    @api.constrains("company_id")
    def _check_company(self):
        """One of no company is told of the alerts of all."""
        user = self.env.user
        if user.has_group("base.group_system") or user._is_superuser():
            return
        if not all(webhook.company_id for webhook in self):
            raise ValidationError(_("Choose the company of the webhook."))

    def write(self, vals):
        if "url" in vals or vals.get("active"):
            # Another place, or mended by somebody: it is tried at once.
            vals = {"silences": 0, "resting_until": False, "gone_at": False} | vals
        return super().write(vals)

    # Who is told --------------------------------------------------------------------

    @api.model
    def _wanting(self, alerts, event):
        """:return: ``[(alert, webhook), …]``"""
        if event not in _BOXES:
            return []
        # sudo - iot.webhook: an alert is told whoever caused or acknowledged it.
        webhooks = self.sudo().search([(_BOXES[event], "=", True)])
        return [(a, w) for a in alerts for w in webhooks if w._wants(a)]

    def _wants(self, alert):
        ranks = [severity for severity, _label in SEVERITY_SELECTION]
        company = self.company_id
        return (
            (not company or not alert.company_id or company == alert.company_id)
            and (not self.farm_ids or alert.farm_id in self.farm_ids)
            and ranks.index(alert.severity) >= ranks.index(self.minimum_severity)
        )

    # Its secret ---------------------------------------------------------------------

    def _keys(self):
        """The keys to sign with, the newest first.

        :raise UserError: there is nothing to make them of
        """
        self.ensure_one()
        problem = self._find_secret_problem()
        if problem:
            raise UserError(problem)
        numbers = [self.key_number]
        changed = self.key_changed_at
        if changed and fields.Datetime.now() < changed + _BOTH_KEYS:
            numbers.append(self.key_number - 1)
        master = get_settings().webhook_secret
        return [derive_key(master, self.key_reference, number) for number in numbers]

    def action_show_secret(self):
        """Once; who has lost it makes a new one."""
        self.ensure_one()
        self.check_access("write")
        if self.secret_shown_at:
            raise UserError(
                _(
                    "The secret of “%(name)s” was shown to %(user)s and is not shown "
                    "again. Make a new one; the old one is accepted for 24 more hours.",
                    name=self.name,
                    # sudo - res.users: only the name of who has it.
                    user=self.secret_shown_by.sudo().name,
                )
            )
        secret = to_secret(self._keys()[0])
        self.write(
            {
                "secret_shown_at": fields.Datetime.now(),
                "secret_shown_by": self.env.uid,
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": _("Secret of “%(name)s”", name=self.name),
            "res_model": "iot.webhook.secret",
            "view_mode": "form",
            "target": "new",
            # In the answer only: the field has no column.
            "context": {"default_secret": secret, "default_webhook_id": self.id},
        }

    def action_new_secret(self):
        self.ensure_one()
        self.check_access("write")
        self._keys()  # there must be something to make it of
        self.write(
            {
                "key_number": self.key_number + 1,
                "key_changed_at": fields.Datetime.now(),
                "secret_shown_at": False,
                "secret_shown_by": False,
            }
        )
        return self.action_show_secret()

    def action_view_notifications(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Told to “%(name)s”", name=self.name),
            "res_model": "iot.notification",
            "view_mode": "list,form",
            "domain": [("channel", "=", "webhook"), ("address", "=", self._address())],
        }

    def _address(self):
        """What the log of notifications knows it by; a URL may hold a key."""
        return f"{self._name},{self.id}"
