from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..control.setting import SettingError


class IotDeviceConfigBulk(models.TransientModel):
    """One setting for many devices at once; or all that they have, once more."""

    _name = "iot.device.config.bulk"
    _description = "Set a Setting on Devices"

    device_ids = fields.Many2many("iot.device", string="Devices", required=True)
    what = fields.Selection(
        [
            ("value", "Set a value"),
            ("default", "Take the profile's default"),
            ("send", "Send what they have once more"),
        ],
        required=True,
        default="value",
    )
    known_ids = fields.Many2many(
        "iot.device.profile.setting", compute="_compute_known_ids"
    )
    setting_id = fields.Many2one(
        "iot.device.profile.setting", domain="[('id', 'in', known_ids)]"
    )
    value = fields.Char()
    hint = fields.Char(compute="_compute_hint")

    @api.depends("device_ids")
    def _compute_known_ids(self):
        """One of each key: the others are found by it."""
        settings = self.env["iot.device.profile.setting"]
        for wizard in self:
            keys = {}
            for profile, kind in wizard.device_ids._by_kind():
                for setting in settings._of(profile, kind):
                    keys.setdefault((setting.key, setting.kind), setting.id)
            wizard.known_ids = settings.browse(keys.values())

    @api.depends("device_ids", "setting_id")
    def _compute_hint(self):
        for wizard in self:
            setting = wizard.setting_id
            if not setting:
                wizard.hint = False
                continue
            wizard.hint = _(
                "%(count)s of %(all)s devices understand it.",
                count=len(wizard._split()[0]),
                all=len(wizard.device_ids),
            )

    def _split(self):
        """:return: the devices that understand the setting, and the others"""
        settings = self.env["iot.device.profile.setting"]
        able = self.env["iot.device"]
        for (profile, kind), devices in self.device_ids._by_kind().items():
            known = settings._of(profile, kind)
            if (self.setting_id.key, self.setting_id.kind) in known.mapped(
                lambda s: (s.key, s.kind)
            ):
                able |= devices
        return able, self.device_ids - able

    def action_confirm(self):
        self.ensure_one()
        self.device_ids._check_technician()
        if self.what == "send":
            configs = self.device_ids._queue_config(is_asked=True)
        else:
            configs = self._set()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_device_config_action"
        )
        return action | {
            "domain": [("id", "in", configs.ids)],
            "context": {"search_default_group_state": 1},
        }

    def _set(self):
        if not self.setting_id:
            raise UserError(_("Choose the setting."))
        able, _unable = self._split()
        key = self.setting_id.key
        for (profile, kind), devices in able._by_kind().items():
            value = None
            if self.what == "value":
                value = self._check(profile, kind)
            for own, alike in self._by_values(devices).items():
                values = {k: v for k, v in own if k != key}
                if value is not None:
                    values[key] = value
                # sudo - iot.device: its settings only, of devices that one sees; that
                # a technician asks was checked.
                alike.sudo().with_context(iot_config_later=True).write(
                    {"config_values": values}
                )
        configs = able._queue_config()
        if not configs:
            raise UserError(
                _("Nothing changes: these devices have been told this already.")
            )
        return configs

    def _check(self, profile, kind):
        settings = self.env["iot.device.profile.setting"]
        setting = settings._of(profile, kind)._to_settings()[self.setting_id.key]
        try:
            return setting.check((self.value or "").strip())
        except SettingError as error:
            problem = settings._describe_problem(error)
            where = profile.name or dict(
                self.env["iot.device"]
                ._fields["device_type"]
                ._description_selection(self.env)
            ).get(kind)
            raise ValidationError(
                _("%(where)s: %(problem)s", where=where, problem=problem)
            ) from None

    @staticmethod
    def _by_values(devices):
        """Those with the same values of their own are written together."""
        return devices.grouped(lambda d: tuple((d.config_values or {}).items()))
