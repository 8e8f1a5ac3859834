from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

STATES = [
    ("draft", "Draft"),
    ("registered", "Registered"),
    ("active", "Active"),
    ("inactive", "Inactive"),
    ("maintenance", "Maintenance"),
    ("retired", "Retired"),
]
# From which states one may go there. Nothing leads back to draft or out of retired.
_BEFORE = {
    "draft": (),
    "registered": ("draft",),
    "active": ("registered", "inactive", "maintenance"),
    "inactive": ("active", "maintenance"),
    "maintenance": ("active", "inactive"),
    "retired": ("draft", "registered", "active", "inactive", "maintenance"),
}
_IN_SERVICE = {"registered", "active", "inactive", "maintenance"}
_TOLD = 5  # refusals by name; the others are counted


class IotDevice(models.Model):
    """The life of a device, from the box to its retirement.

    The rules hold for the buttons, and as well for a plain write by an import, a drag
    in the kanban or another program. A new device may begin in any state: one that was
    in service elsewhere is entered as it is.
    """

    _inherit = "iot.device"

    state = fields.Selection(
        STATES,
        string="Status",
        default="draft",
        required=True,
        tracking=True,
        copy=False,
        index=True,
        group_expand=True,
    )

    @api.model_create_multi
    def create(self, vals_list):
        devices = super().create(vals_list)
        begun = devices.filtered(lambda device: device.state in _IN_SERVICE)
        problems = [
            _("%(name)s: %(problem)s", name=device.name, problem=problem)
            for device in begun
            if (problem := device._explain_missing())
        ]
        if problems:
            raise UserError(self._join_few(problems))
        return devices

    def write(self, vals):
        if "state" in vals:
            self._check_move(vals["state"])
        return super().write(vals)

    def action_register(self):
        return self.write({"state": "registered"})

    def action_activate(self):
        return self.write({"state": "active"})

    def action_deactivate(self):
        return self.write({"state": "inactive"})

    def action_maintenance(self):
        return self.write({"state": "maintenance"})

    def action_retire(self):
        return self.write({"state": "retired"})

    # What is allowed --------------------------------------------------------------

    def _check_move(self, state):
        if state not in _BEFORE:
            return  # the field itself refuses it
        moving = self.filtered(lambda device: device.state != state)
        if moving:
            self._check_may_move_to(state)
        refusals = [words for device in moving if (words := device._refuse_move(state))]
        if refusals:
            raise UserError(self._join_few(refusals))

    @api.model
    def _check_may_move_to(self, state):
        is_manager = self.env.su or self.env.user.has_group(
            "smartdairy_iot.group_iot_manager"
        )
        if state == "retired" and not is_manager:
            raise AccessError(_("Only a manager of Dairy IoT may retire a device."))

    def _refuse_move(self, state):
        """Why it cannot become that, or None."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        if self.state not in _BEFORE[state]:
            return _(
                "%(name)s is %(before)s and cannot become %(after)s.",
                name=self.name,
                before=labels[self.state],
                after=labels[state],
            )
        missing = state in _IN_SERVICE and self._explain_missing()
        if not missing and state == "registered" and not self.farm_id:
            missing = _("it belongs to no farm, so nobody would be told of its alerts.")
        if missing:
            return _(
                "%(name)s cannot become %(after)s: %(problem)s",
                name=self.name,
                after=labels[state],
                problem=missing,
            )
        return None

    def _explain_missing(self):
        """What keeps it from being in service, or None."""
        self.ensure_one()
        profile = self.profile_id
        if profile and profile.device_type != self.device_type:
            labels = dict(self._fields["device_type"]._description_selection(self.env))
            return _(
                "its profile %(profile)s is one for devices of the type %(type)s.",
                profile=profile.name,
                type=labels[profile.device_type],
            )
        # sudo - iot.device: the gateway's name and state, of a device that one sees.
        gateway = self.gateway_id.sudo()
        if gateway.state == "retired":
            return _("its gateway %(gateway)s is retired.", gateway=gateway.name)
        return None

    # A selection of the list ------------------------------------------------------

    def _move_selected(self, state):
        """Move those that can; who cannot is told and stays as it is.

        :return: a notification of what came of it
        """
        self.check_access("write")
        self._check_may_move_to(state)
        moving = self.filtered(lambda device: device.state != state)
        refusals = {
            device: words for device in moving if (words := device._refuse_move(state))
        }
        moved = moving - self.browse(device.id for device in refusals)
        moved.write({"state": state})
        labels = dict(self._fields["state"]._description_selection(self.env))
        parts = [_("%(count)s moved", count=len(moved))]
        if unchanged := len(self) - len(moving):
            parts.append(_("%(count)s were so already", count=unchanged))
        if refusals:
            parts.append(_("%(count)s refused", count=len(refusals)))
        title = _("%(state)s: %(parts)s", state=labels[state], parts=", ".join(parts))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if refusals else "success",
                "title": title,
                "message": self._join_few(list(refusals.values())),
                "sticky": bool(refusals),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _join_few(self, sentences):
        told = sentences[:_TOLD]
        if left := len(sentences) - len(told):
            told.append(_("… and %(count)s more.", count=left))
        return "\n".join(told)
