from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..control.setting import SettingError, check_all, effective
from ..ingest.topic import child_config_topic, config_topic
from .iot_control_message import STATES

TECHNICIAN = "smartdairy_iot.group_iot_technician"
_WHERE = {"gateway_id", "device_id", "device_type"}  # it is told at other topics then


class IotDevice(models.Model):
    """How a device is told to work, and what it was told."""

    _inherit = "iot.device"

    config_values = fields.Json(
        string="Own Settings",
        copy=False,
        help="{key: value}; a setting that is not here has the profile's default.",
    )
    is_configured = fields.Boolean(
        readonly=True,
        copy=False,
        help="Somebody has set or sent its settings: until then it is told none, and "
        "works as it was delivered.",
    )
    config_form = fields.Json(compute="_compute_config_form")
    config_ids = fields.One2many("iot.device.config", "device_id", string="Versions")
    current_config_ids = fields.One2many(
        "iot.device.config", "device_id", domain=[("is_current", "=", True)]
    )
    config_state = fields.Selection(
        STATES,
        string="Configuration",
        compute="_compute_config_status",
        search="_search_config_state",
    )
    config_status = fields.Char(
        string="Configuration Status", compute="_compute_config_status"
    )
    config_status_at = fields.Datetime(string="Since", compute="_compute_config_status")
    command_ids = fields.One2many("iot.command", "device_id", string="Commands")

    @api.depends("profile_id", "device_type")
    def _compute_config_form(self):
        """What the form draws: one dictionary for each setting, in order."""
        for (profile, kind), devices in self._by_kind().items():
            settings = self.env["iot.device.profile.setting"]._of(profile, kind)
            form = [
                setting._to_setting()._asdict()
                for setting in settings.with_context(lang=self.env.lang)
            ]
            devices.config_form = form

    @api.depends("current_config_ids.state", "current_config_ids.is_current")
    def _compute_config_status(self):
        for device in self:
            config = device.current_config_ids  # one; a slice would lose the prefetch
            device.config_state = config.state
            device.config_status = config.status_text or _("Never sent")
            device.config_status_at = (
                config.answered_at or config.sent_at or config.queued_at
            )

    def _search_config_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = [("current_config_ids.state", "in", [v for v in value if v])]
        if False in value:
            return ["|", ("current_config_ids", "=", False), *found]
        return found

    def _by_kind(self):
        """``{(profile, device type): devices}``, of those that understand the same"""
        return self.grouped(lambda device: (device.profile_id, device.device_type))

    @api.model_create_multi
    def create(self, vals_list):
        devices = super().create(vals_list)
        for device, vals in zip(devices, vals_list, strict=True):
            if vals.get("config_values"):
                device.config_values = vals["config_values"]
        return devices

    def write(self, vals):
        if "config_values" not in vals:
            told_at = self._told_at() if not _WHERE.isdisjoint(vals) else {}
            result = super().write(vals)
            if not {"profile_id", "device_type"}.isdisjoint(vals):
                self._follow_settings()
            if told_at:
                self._move_config(told_at)
            if vals.get("state") == "retired":
                self._take_config_back()
            return result
        checked = self._check_configs(vals["config_values"])
        if any(values != checked[0] for values in checked[1:]):
            return all(device.write(vals) for device in self)
        values = checked[0] if checked else {}
        result = super().write({**vals, "config_values": values, "is_configured": True})
        if not self.env.context.get("iot_config_later"):
            self._queue_config()
        return result

    def unlink(self):
        told_at = self._told_at()
        result = super().unlink()
        # sudo - iot.retained.config: written by nobody directly.
        left = self.env["iot.retained.config"].sudo()
        left._leave({topic for topics in told_at.values() for topic in topics})
        return result

    def _config_topics(self):
        """Its own, and that of the gateway which it stands behind."""
        topics = [config_topic(self.device_type, self.device_id)]
        # sudo - iot.device: only the gateway's ID, of a device that one sees.
        if parent := self.gateway_id.sudo().device_id:
            topics.append(child_config_topic(parent, self.device_id))
        return topics

    def _told_at(self):
        """``{id of a device that was told something: its topics}``, and those of the
        devices behind it"""
        # sudo - iot.device.config: whether there is one.
        devices = (self | self.sudo().child_ids).sudo()
        told = devices.filtered("current_config_ids")
        return {device.id: device._config_topics() for device in told}

    def _move_config(self, told_at):
        """Where it is told now, and no longer where it was.

        :param told_at: :meth:`_told_at` of before
        """
        # sudo - iot.device: also those behind a gateway that has another ID.
        devices = self.sudo().browse(told_at)
        moved = devices.filtered(lambda d: d._config_topics() != told_at[d.id])
        moved.filtered("is_configured")._queue_config(is_asked=True)
        # sudo - iot.retained.config: written by nobody directly.
        self.env["iot.retained.config"].sudo()._leave(
            {
                topic
                for device in moved
                for topic in set(told_at[device.id]) - set(device._config_topics())
            }
        )

    def _check_configs(self, values):
        """:return: for each device, the values as they are kept"""
        checked = {}
        for (profile, kind), devices in self._by_kind().items():
            settings = self.env["iot.device.profile.setting"]._of(profile, kind)
            settings = settings._to_settings()
            for device in devices:
                checked[device] = device._check_config(values, settings)
        return [checked[device] for device in self]

    def _check_config(self, values, settings):
        """What the old profile left behind goes."""
        if not isinstance(values, dict):
            values = values or {}
        if not isinstance(values, dict):
            raise ValidationError(_("Settings are an object {key: value}."))
        before = self._origin.config_values or {}
        values = {
            key: value
            for key, value in values.items()
            if key in settings or key not in before
        }
        try:
            return check_all(settings, values)
        except SettingError as error:
            problem = self.env["iot.device.profile.setting"]._describe_problem(error)
            raise ValidationError(
                _("%(name)s: %(problem)s", name=self.name, problem=problem)
            ) from None

    # Telling it -------------------------------------------------------

    def action_send_config(self):
        """Send what the form shows, again if need be."""
        self._check_technician()
        for device in self:
            if device.state in ("draft", "retired"):
                raise UserError(
                    _(
                        "%(name)s is not registered: nothing is sent to a device that "
                        "is a draft or retired.",
                        name=device.name,
                    )
                )
            if not device.config_form:
                raise UserError(
                    _(
                        "%(name)s understands no settings: its profile names none.",
                        name=device.name,
                    )
                )
        self._queue_config(is_asked=True)
        return True

    def _check_technician(self):
        if not self.env.user.has_group(TECHNICIAN):
            raise AccessError(_("Only a technician may configure and command devices."))
        self.check_access("read")

    def _follow_settings(self):
        """Its defaults have changed: tell the devices that were told them."""
        told = [("id", "in", self.ids), ("is_configured", "=", True)]
        # sudo - iot.device: what a profile says reaches devices of every farm.
        self.sudo().search(told)._queue_config()

    def _take_config_back(self):
        """What the broker keeps for devices that do not come back."""
        # sudo - iot.device.config, iot.device: written by nobody directly.
        devices = self.sudo().filtered("current_config_ids")
        nothing = self.env["iot.firmware.target"].sudo()
        told = {device: ({}, nothing) for device in devices}
        if told:
            self.env["iot.device.config"].sudo()._queue(told, takes_back=True)

    def _queue_config(self, is_asked=False):
        """Tell the devices how to work: those for which something has changed.

        :param is_asked: all of them, unless the same waits for the broker already
        :return: iot.device.config, the new versions
        """
        devices = self.filtered(lambda d: d.state not in ("draft", "retired"))
        if is_asked:
            # sudo - iot.device: who may send may not edit the device; see above.
            devices.sudo().is_configured = True
        # sudo - iot.device.config, iot.firmware.target: written by nobody directly;
        # who may change the device's settings, or an administrator, asks for it.
        configs = self.env["iot.device.config"].sudo()
        current = {
            config.device_id.id: config
            for config in configs.search(
                [("device_id", "in", devices.ids), ("is_current", "=", True)]
            )
        }
        offers = self.env["iot.firmware.target"].sudo()._open_offers(devices)
        told = {}
        for (profile, kind), alike in devices._by_kind().items():
            settings = self.env["iot.device.profile.setting"]._of(profile, kind)
            settings = settings._to_settings()
            for device in alike:
                offer = offers.get(device.id, self.env["iot.firmware.target"].sudo())
                wanted = {}
                if device.is_configured:
                    wanted = effective(settings, device.config_values or {})
                now = current.get(device.id)
                if now:
                    is_same = (now.settings or {}) == wanted and now.target_id == offer
                    is_wanted = is_asked and now.state != "queued"
                    if is_same and not is_wanted:
                        continue
                elif not wanted and not offer:
                    continue
                told[device.sudo()] = (wanted, offer)
        return configs._queue(told) if told else configs

    def action_view_configs(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_device_config_action"
        )
        action["domain"] = [("device_id", "=", self.id)]
        return action

    def action_set_setting(self):
        """One setting for all of them, or a command: see the wizards."""
        return {
            "type": "ir.actions.act_window",
            "name": _("Set a Setting"),
            "res_model": "iot.device.config.bulk",
            "view_mode": "form",
            "target": "new",
            "context": {"default_device_ids": [fields.Command.set(self.ids)]},
        }

    def action_command(self):
        return {
            "type": "ir.actions.act_window",
            "name": _("Send a Command"),
            "res_model": "iot.command.send",
            "view_mode": "form",
            "target": "new",
            "context": {"default_device_ids": [fields.Command.set(self.ids)]},
        }
