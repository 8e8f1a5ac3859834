import hashlib
from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..identity.token import make_token

_SEEN_EVERY = timedelta(minutes=1)  # so often at most its row is written
_SHOWING = timedelta(minutes=3)


class IotKiosk(models.Model):
    """A screen on a wall: a link that shows some farms and changes nothing.

    It sees what the user sees who set it up, of its farms only: the record rules judge
    each reading of it. When that user goes, so does the picture.
    """

    _name = "iot.kiosk"
    _description = "Kiosk Screen"
    _inherit = ["bus.listener.mixin"]
    _order = "name, id"

    name = fields.Char(required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    farm_ids = fields.Many2many(
        "farm.farm", string="Farms", required=True, help="The screen shows no other."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Sees What",
        required=True,
        readonly=True,
        default=lambda self: self.env.user,
        help="Who chose the farms. The screen goes dark when this user may no longer "
        "see them.",
    )
    view_ids = fields.One2many(
        "iot.kiosk.view",
        "kiosk_id",
        string="Views",
        copy=True,
        default=lambda self: self._default_views(),
    )
    theme = fields.Selection(
        [("dark", "Dark"), ("light", "Light"), ("auto", "As the Device")],
        string="Colours",
        required=True,
        default="dark",
    )
    text_size = fields.Selection(
        [("normal", "Normal"), ("large", "Large"), ("huge", "Very Large")],
        required=True,
        default="large",
    )
    lang = fields.Selection(
        lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        required=True,
        default=lambda self: self.env.lang or "en_US",
    )
    expires_at = fields.Datetime(string="Expires", help="Empty: when it is revoked.")
    # Of 256 random bits: a plain hash keeps them, and is found by an index.
    hashed = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    issued_at = fields.Datetime(string="Link Made", readonly=True, copy=False)
    revoked_at = fields.Datetime(string="Revoked", readonly=True, copy=False)
    revoked_by = fields.Many2one("res.users", readonly=True, copy=False)
    last_seen = fields.Datetime(readonly=True, copy=False)
    last_address = fields.Char(readonly=True, copy=False)
    state = fields.Selection(
        [
            ("new", "No Link Yet"),
            ("valid", "In Use"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
            ("closed", "Its User Sees Nothing"),
        ],
        string="Status",
        compute="_compute_state",
    )
    is_showing = fields.Boolean(string="Screen Is On", compute="_compute_is_showing")

    _hashed_unique = models.UniqueIndex("(hashed) WHERE hashed IS NOT NULL")

    @api.model
    def _default_views(self):
        views = ("live", "alerts", "cold_chain", "milking")
        return [fields.Command.create({"view": view}) for view in views]

    @api.depends("issued_at", "revoked_at", "expires_at", "user_id", "company_id")
    def _compute_state(self):
        now = fields.Datetime.now()
        for kiosk in self:
            if not kiosk.issued_at:
                kiosk.state = "new"
            elif kiosk.revoked_at:
                kiosk.state = "revoked"
            elif kiosk.expires_at and kiosk.expires_at <= now:
                kiosk.state = "expired"
            else:
                kiosk.state = "valid" if kiosk._may_its_user_see() else "closed"

    def _may_its_user_see(self):
        # sudo - res.users: who looks at the list of screens need not see that user.
        user = self.user_id.sudo()
        return (
            user.active
            and self.company_id in user.company_ids
            and user.has_group("smartdairy_iot.group_iot_user")
        )

    @api.depends("last_seen")
    def _compute_is_showing(self):
        now = fields.Datetime.now()
        for kiosk in self:
            seen = kiosk.last_seen
            kiosk.is_showing = bool(seen and now - seen < _SHOWING)

    @api.constrains("farm_ids", "company_id", "user_id")
    def _check_farms(self):
        for kiosk in self:
            if not kiosk.farm_ids:
                raise ValidationError(
                    _("Choose a farm that “%(name)s” shows.", name=kiosk.name)
                )
            if kiosk.farm_ids - kiosk._farms():
                raise ValidationError(
                    _(
                        "“%(name)s” cannot show all of these farms: some are of "
                        "another company, or you may not see them.",
                        name=kiosk.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        own = {"user_id": self.env.uid}
        return super().create([{**vals, **own} for vals in vals_list])

    def write(self, vals):
        if vals.keys() & {"farm_ids", "company_id", "user_id"}:
            # Who chooses the farms vouches for them, and nobody for somebody else.
            vals = {**vals, "user_id": self.env.uid}
        done = super().write(vals)
        if vals.keys() & {
            "farm_ids",
            "company_id",
            "theme",
            "lang",
            "text_size",
            "name",
        }:
            self._tell()
        return done

    def unlink(self):
        self._tell("unknown")
        return super().unlink()

    # The link ---------------------------------------------------------------------

    def action_issue(self):
        """A new link. It is shown now and never again; the one before ends."""
        self.ensure_one()
        self.check_access("write")
        token = make_token()
        # sudo - iot.kiosk: nobody reads the hash; the right to write was checked.
        self.sudo().write(
            {
                "hashed": hash_kiosk_token(token),
                "issued_at": fields.Datetime.now(),
                "revoked_at": False,
                "revoked_by": False,
                "last_seen": False,
                "last_address": False,
            }
        )
        self._tell("unknown")
        return self.env["iot.kiosk.link"]._open(self, token)

    def action_revoke(self):
        self.check_access("write")
        self.filtered(lambda kiosk: kiosk.state != "new").write(
            {"revoked_at": fields.Datetime.now(), "revoked_by": self.env.uid}
        )
        self._tell("revoked")

    def _tell(self, refused=False):
        """The screens look at once what became of their link, not in half a minute."""
        for kiosk in self:
            kiosk._bus_send("smartdairy_iot/kiosk", {"refused": refused})

    # What a screen may --------------------------------------------------------------

    @api.model
    def _find(self, token):
        """:return: the kiosk whose link has this token, whatever its state"""
        if not isinstance(token, str) or len(token) > 100:
            return self.browse()
        # sudo - iot.kiosk: a screen has no user, its token says which it is.
        return self.sudo().search([("hashed", "=", hash_kiosk_token(token))], limit=1)

    def _farms(self):
        """Its farms, with the rights of its user: never more than those see."""
        self.ensure_one()
        farms = self.env["farm.farm"].with_user(self.user_id)
        # sudo - res.users: which companies its user is allowed, whoever asks.
        company_ids = (self.company_id & self.user_id.sudo().company_ids).ids
        farms = farms.with_context(
            allowed_company_ids=company_ids, lang=self.lang, tz=False
        )
        if not company_ids or not farms.has_access("read"):
            return farms
        return farms.search([("id", "in", self.farm_ids.ids)])

    def _note_visit(self, address):
        """When and where it was last open, at most once a minute."""
        now = fields.Datetime.now()
        if self.last_seen and now - self.last_seen < _SEEN_EVERY:
            return
        if not self.try_lock_for_update(allow_referencing=True):
            return  # a manager saves it just now: next time
        self.write({"last_seen": now, "last_address": address})


def hash_kiosk_token(token):
    return hashlib.sha256(token.encode()).hexdigest()
