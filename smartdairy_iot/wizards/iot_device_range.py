from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..models.iot_device import DEVICE_TYPES, LOCATION_TYPES
from ..onboarding.series import (
    MOST,
    PatternError,
    check_braces,
    expand_ids,
    fill,
    natural,
)

_NAMED = 5  # IDs in a message


class IotDeviceRange(models.TransientModel):
    """Devices that are numbered through, made in one go."""

    _name = "iot.device.range"
    _description = "Create a Range of Devices"

    id_pattern = fields.Char(
        "Device IDs",
        required=True,
        default="TEMP-{n:03}",
        help="{n} is the number, {n:03} the number with at least three digits.",
    )
    name_pattern = fields.Char("Names", required=True, default="Temperature {n}")
    first = fields.Integer("From", required=True, default=1)
    last = fields.Integer("To", required=True, default=10)
    device_type = fields.Selection(DEVICE_TYPES, required=True, default="temperature")
    profile_id = fields.Many2one(
        "iot.device.profile", domain="[('device_type', '=', device_type)]"
    )
    location_type = fields.Selection(
        LOCATION_TYPES,
        help="Decides which limits apply. Empty: the profile's, or else Other.",
    )
    farm_id = fields.Many2one("farm.farm")
    place = fields.Selection(
        [
            ("none", "No tank or stall"),
            ("tank", "All on one tank"),
            ("tanks", "A tank for each"),
            ("stalls", "A stall for each"),
        ],
        required=True,
        default="none",
    )
    tank_id = fields.Many2one("farm.tank", domain="[('farm_id', '=', farm_id)]")
    tank_ids = fields.Many2many(
        "farm.tank",
        string="Tanks",
        domain="[('farm_id', '=', farm_id)]",
        help="In the order of their names. None chosen: all of the farm.",
    )
    stall_ids = fields.Many2many(
        "farm.stall",
        string="Stalls",
        domain="[('farm_id', '=', farm_id)]",
        help="In the order of their names. None chosen: all of the farm.",
    )
    gateway_id = fields.Many2one(
        "iot.device",
        domain="['|', ('device_type', '=', 'gateway'),"
        " ('profile_id.has_channels', '=', True), ('farm_id', '=', farm_id)]",
    )
    channel_pattern = fields.Char(
        "Channels", help="What the gateway calls each, such as {n}."
    )
    target_state = fields.Selection(
        [("draft", "Draft"), ("registered", "Registered"), ("active", "Active")],
        string="They Become",
        required=True,
        default="active",
    )
    problem = fields.Char(compute="_compute_preview")
    count = fields.Integer(compute="_compute_preview", string="Devices")
    first_device = fields.Char(compute="_compute_preview")
    last_device = fields.Char(compute="_compute_preview")
    last_batch_id = fields.Many2one(
        "iot.device.batch", default=lambda self: self._find_last_batch()
    )

    @api.model
    def _find_last_batch(self):
        return self.env["iot.device.batch"].search(
            [
                ("origin", "=", "range"),
                ("undone_at", "=", False),
                ("create_uid", "=", self.env.uid),
            ],
            limit=1,
        )

    @api.onchange("farm_id")
    def _onchange_farm_id(self):
        self.tank_id = self.tank_ids = self.stall_ids = self.gateway_id = False

    @api.onchange("device_type")
    def _onchange_device_type(self):
        if self.profile_id.device_type != self.device_type:
            self.profile_id = False

    @api.depends(
        *("id_pattern", "name_pattern", "channel_pattern", "first", "last"),
        *("farm_id", "place", "tank_id", "tank_ids", "stall_ids", "gateway_id"),
        "target_state",
    )
    def _compute_preview(self):
        for wizard in self:
            wizard.count = max(wizard.last - wizard.first + 1, 0)
            wizard.first_device = wizard.last_device = False
            try:
                devices = wizard._to_devices()
            except UserError as error:
                wizard.problem = error.args[0]
            else:
                wizard.problem = False
                wizard.first_device = wizard._describe(devices[0])
                wizard.last_device = wizard._describe(devices[-1])

    def _describe(self, values):
        place = self.env["farm.tank"].browse(values.get("tank")).name
        place = place or self.env["farm.stall"].browse(values.get("stall")).name
        shown = [values["device_id"], values["name"], place, values.get("channel")]
        return " · ".join(word for word in shown if word)

    def _to_devices(self):
        """:return: ``[{column's name: value}]``
        :raise UserError: why they cannot be made, all reasons checked
        """
        self.ensure_one()
        ids = self._expand()
        self._check_free(ids)
        if not self.farm_id and self.env["iot.device"]._needs_farm(self.target_state):
            raise UserError(
                _("Choose the farm. A device on no farm can only be a draft.")
            )
        places = self._places(len(ids))
        common = {
            "device_type": self.device_type,
            "profile": self.profile_id.id,
            "farm": self.farm_id.id,
            "gateway": self.gateway_id.id,
            "location_type": self.location_type,
        }
        return [
            {
                **common,
                **places[at],
                "device_id": device_id,
                "name": fill(self.name_pattern, self.first + at),
                "channel": self.gateway_id
                and fill(self.channel_pattern or "", self.first + at),
            }
            for at, device_id in enumerate(ids)
        ]

    def _expand(self):
        if self.first < 0 or self.last < self.first:
            raise UserError(_("From must not be larger than To, nor negative."))
        if self.last - self.first >= MOST:
            raise UserError(
                _("One range takes %(most)s devices. Make several.", most=MOST)
            )
        try:
            for pattern in (self.name_pattern, self.channel_pattern):
                check_braces(pattern or "")
            return expand_ids(self.id_pattern or "", self.first, self.last)
        except PatternError as error:
            raise UserError(self._pattern_words()[error.kind] % error.values) from None

    def _pattern_words(self):
        return {
            "number": _(
                "Device IDs must have a number: write {n}, or {n:03} for three digits."
            ),
            "braces": _(
                "“%(text)s” has braces that are no number: write {n}, or {n:03} for "
                "three digits."
            ),
            "device_id": _(
                "“%(text)s” cannot be a device ID. Use up to 50 letters, digits and "
                "_ . : - beginning with a letter or digit."
            ),
        }

    def _check_free(self, ids):
        # sudo - iot.device: an ID is unique over all companies; whose is not told.
        everyone = self.env["iot.device"].sudo().with_context(active_test=False)
        taken = everyone.search([("device_id", "in", ids)], order="device_id")
        if taken:
            names = ", ".join(taken[:_NAMED].mapped("device_id"))
            raise UserError(
                _(
                    "%(count)s of these IDs are taken: %(names)s. Choose another "
                    "pattern or other numbers.",
                    count=len(taken),
                    names=f"{names} …" if len(taken) > _NAMED else names,
                )
            )

    def _places(self, count):
        """:return: for each device ``{"tank": id}``, ``{"stall": id}`` or nothing"""
        if self.place == "none":
            return [{}] * count
        if not self.farm_id:
            raise UserError(_("Choose the farm of the tanks or stalls."))
        if self.place == "tank":
            if not self.tank_id:
                raise UserError(_("Choose the tank."))
            return [{"tank": self.tank_id.id}] * count
        column, records = "stall", self.stall_ids or self.farm_id.stall_ids
        if self.place == "tanks":
            column, records = "tank", self.tank_ids or self.farm_id.tank_ids
        if len(records) != count:
            raise UserError(
                _(
                    "These are %(devices)s devices, but %(places)s tanks or stalls. "
                    "Choose as many as there are devices.",
                    devices=count,
                    places=len(records),
                )
            )
        ordered = records.sorted(lambda record: natural(record.name))
        return [{column: record.id} for record in ordered._origin or ordered]

    def action_create(self):
        """:return: the batch, where it can be undone"""
        self.ensure_one()
        devices = self.env["iot.device"].with_context(tracking_disable=True)
        with self.env.cr.savepoint():
            made = devices.create(
                [devices._to_new_values(values) for values in self._to_devices()]
            )
            if self.target_state != "draft":
                made.action_register()
            if self.target_state == "active":
                made.action_activate()
            batch = self.env["iot.device.batch"]._record(
                "range", made.with_context(tracking_disable=False)
            )
        return {
            "type": "ir.actions.act_window",
            "name": _("Created Devices"),
            "res_model": "iot.device.batch",
            "res_id": batch.id,
            "views": [(False, "form")],
        }

    def action_undo_last(self):
        return self.last_batch_id.action_undo()
