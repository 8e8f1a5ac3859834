from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..control.setting import KEY, Setting, SettingError
from .iot_device import DEVICE_TYPES

KINDS = [
    ("integer", "Whole Number"),
    ("float", "Number"),
    ("boolean", "Yes or No"),
    ("choice", "Choice"),
    ("text", "Text"),
]


class IotDeviceProfileSetting(models.Model):
    """One thing that devices of a profile, or else of a type, can be told.

    A profile with settings of its own says all that its devices understand; without
    any, what its type has applies. A profile with a topic of its own speaks another
    grammar: it has only what it names itself.
    """

    _name = "iot.device.profile.setting"
    _description = "Setting of Devices"
    _order = "device_type, profile_id, sequence, id"
    _rec_name = "label"

    profile_id = fields.Many2one(
        "iot.device.profile", ondelete="cascade", index="btree_not_null"
    )
    device_type = fields.Selection(
        DEVICE_TYPES, compute="_compute_device_type", store=True, readonly=False
    )
    company_id = fields.Many2one(related="profile_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    key = fields.Char(
        required=True, help="What the message calls it, such as interval_seconds."
    )
    label = fields.Char(required=True, translate=True)
    kind = fields.Selection(KINDS, required=True, default="integer")
    unit = fields.Char()
    minimum = fields.Char(help="Empty: no limit.")
    maximum = fields.Char(help="Empty: no limit.")
    choices = fields.Char(help="Separated by commas, as the device expects them.")
    default = fields.Char(
        help="What a device is told that has no value of its own. Empty: nothing, and "
        "it decides itself."
    )
    help = fields.Char(translate=True)

    _key_of_profile = models.UniqueIndex(
        "(profile_id, key) WHERE profile_id IS NOT NULL",
        "This profile has a setting with this key already.",
    )
    _key_of_type = models.UniqueIndex(
        "(device_type, key) WHERE profile_id IS NULL",
        "This type has a setting with this key already.",
    )
    _of_something = models.Constraint(
        "CHECK(profile_id IS NOT NULL OR device_type IS NOT NULL)",
        "A setting belongs to a profile or a type.",
    )

    @api.depends("profile_id.device_type")
    def _compute_device_type(self):
        for setting in self:
            if setting.profile_id:
                setting.device_type = setting.profile_id.device_type

    @api.constrains("key", "kind", "minimum", "maximum", "choices", "default")
    def _check_setting(self):
        for setting in self:
            if not KEY.fullmatch(setting.key):
                raise ValidationError(
                    _(
                        "%(key)s cannot be a key: use up to 40 small letters, digits "
                        "and _, beginning with a letter.",
                        key=setting.key,
                    )
                )
            try:
                setting._to_setting()
            except SettingError as error:
                raise ValidationError(self._describe_problem(error)) from None

    @api.model_create_multi
    def create(self, vals_list):
        settings = super().create(vals_list)
        settings._tell_devices()
        return settings

    def write(self, vals):
        devices = self._find_devices()
        result = super().write(vals)
        (devices | self._find_devices())._follow_settings()
        return result

    def unlink(self):
        devices = self._find_devices()
        result = super().unlink()
        devices._follow_settings()
        return result

    def _tell_devices(self):
        self._find_devices()._follow_settings()

    def _find_devices(self):
        """The devices that these may concern, and that were told something before."""
        # sudo - iot.device: what a profile says reaches devices of every farm.
        devices = self.env["iot.device"].sudo()
        told = [("is_configured", "=", True)]
        found = devices.search([*told, ("profile_id", "in", self.profile_id.ids)])
        types = self.filtered(lambda setting: not setting.profile_id)
        if types:
            kinds = types.mapped("device_type")
            found |= devices.search([*told, ("device_type", "in", kinds)])
        return found

    @api.model
    def _of(self, profile, device_type):
        """The settings that such devices understand."""
        # sudo - iot.device.profile.setting: what a device understands does not depend
        # on who asks.
        settings = self.sudo()
        if profile:
            own = settings.search([("profile_id", "=", profile.id)])
            if own or profile.sudo().topic:
                return own
        return settings.search(
            [("profile_id", "=", False), ("device_type", "=", device_type)]
        )

    def _to_settings(self):
        """``{key: Setting}``; never raises for what is stored."""
        return {setting.key: setting._to_setting() for setting in self}

    def _to_setting(self):
        self.ensure_one()
        bare = Setting(self.key, self.label, self.kind, self.unit or "")
        bare = bare._replace(
            minimum=self._to_bound(bare, self.minimum),
            maximum=self._to_bound(bare, self.maximum),
            choices=self._to_choices(),
            help=self.help or "",
        )
        if not self.default:
            return bare
        return bare._replace(default=bare.check(self.default.strip()))

    @staticmethod
    def _to_bound(setting, text):
        if setting.kind not in ("integer", "float") or not (text or "").strip():
            return None
        return setting.check(text)

    def _to_choices(self):
        parts = (part.strip() for part in (self.choices or "").split(","))
        return tuple(part for part in parts if part)

    @api.model
    def _describe_problem(self, error):
        """A :class:`~..control.setting.SettingError` for people."""
        values = {"label": error.label, "value": error.value, "bound": error.bound}
        return {
            "unknown": _("%(label)s is no setting of this kind of device.", **values),
            "integer": _(
                "%(label)s: %(value)s is no whole number. Use digits only.", **values
            ),
            "float": _("%(label)s: %(value)s is no number. Write it as 0.5.", **values),
            "boolean": _("%(label)s: %(value)s is neither yes nor no.", **values),
            "choice": _(
                "%(label)s: %(value)s is none of the choices: %(bound)s.", **values
            ),
            "text": _("%(label)s: %(value)s is no text of one line.", **values),
            "low": _("%(label)s: %(value)s is too low. At least %(bound)s.", **values),
            "high": _("%(label)s: %(value)s is too high. At most %(bound)s.", **values),
            "long": _("%(label)s is too long: at most %(bound)s characters.", **values),
        }[error.code]
