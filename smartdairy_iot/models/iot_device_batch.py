from odoo import _, api, fields, models
from odoo.exceptions import UserError

_NAMED = 5  # devices in a message


class IotDeviceBatch(models.Model):
    """Devices that were made in one go, so that they can be taken back in one go."""

    _name = "iot.device.batch"
    _description = "Batch of Devices"
    _order = "id desc"

    name = fields.Char(required=True, readonly=True)
    origin = fields.Selection(
        [("import", "Import"), ("range", "Range")], required=True, readonly=True
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        required=True,
        readonly=True,
        index=True,
    )
    created_count = fields.Integer("Created", readonly=True)
    changed_count = fields.Integer("Changed", readonly=True)
    device_ids = fields.One2many("iot.device", "batch_id", string="Devices")
    device_count = fields.Integer(compute="_compute_device_count")
    undone_at = fields.Datetime(readonly=True)
    undone_by = fields.Many2one("res.users", readonly=True)

    def _compute_device_count(self):
        counts = dict(
            self.env["iot.device"]._read_group(
                [("batch_id", "in", self.ids)], ["batch_id"], ["__count"]
            )
        )
        for batch in self:
            batch.device_count = counts.get(batch, 0)

    @api.model
    def _record(self, origin, devices, changed=0):
        """:param devices: the new ones, in the order of their file or range"""
        names = devices.mapped("device_id")
        if len(names) > 1:
            name = _("%(first)s … %(last)s", first=names[0], last=names[-1])
        else:
            name = names[0] if names else _("No new devices")
        # sudo - iot.device.batch: written by its wizards only.
        batch = self.sudo().create(
            {
                "name": name,
                "origin": origin,
                "created_count": len(devices),
                "changed_count": changed,
            }
        )
        devices.with_context(tracking_disable=True).batch_id = batch
        return batch.sudo(False)

    def action_view_devices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_device_action"
        )
        return {**action, "domain": [("batch_id", "=", self.id)], "name": self.name}

    def action_register(self):
        self._in_state("draft").action_register()
        return True

    def action_activate(self):
        self._in_state("draft").action_register()
        self._in_state("registered").action_activate()
        return True

    def _in_state(self, state):
        return self.device_ids.filtered(lambda device: device.state == state)

    def action_print_labels(self):
        """In the order of the list; without asking for the company's letterhead."""
        report = self.env.ref("smartdairy_iot.iot_device_label_a4")
        return report.report_action(self.device_ids.sorted("device_id"), config=False)

    def action_undo(self):
        """Take the new devices back, all or none."""
        self.ensure_one()
        self.check_access("read")
        devices = self.device_ids
        devices.check_access("write")
        if not devices:
            raise UserError(_("No device of this batch is left."))
        if heard := self._find_heard():
            raise UserError(
                _(
                    "%(count)s of %(all)s devices have readings or alerts already, so "
                    "that nothing was undone: %(names)s. Retire what is not needed.",
                    count=len(heard),
                    all=len(devices),
                    names=_some(heard),
                )
            )
        self._check_nothing_hangs_on(devices)
        # sudo - iot.device: technicians cannot delete, but take back what they made.
        devices.sudo().unlink()
        # sudo - iot.device.batch: written by its own methods only.
        self.sudo().write(
            {"undone_at": fields.Datetime.now(), "undone_by": self.env.uid}
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": _("%(count)s devices taken back", count=self.created_count),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _find_heard(self):
        """Those of which there is anything that would be lost."""
        devices = self.device_ids
        counts = self.env["iot.store"]._count_readings(devices.mapped("device_id"))
        # sudo - iot.alert, iot.device.state: whether there is any, of whichever farm.
        everything = devices.sudo()
        alerted = everything.alert_ids.device_id
        return devices.filtered(
            lambda device: (
                counts.get(device.device_id)
                or device.sudo().live_ids.last_seen
                or device.sudo() in alerted
            )
        )

    def _check_nothing_hangs_on(self, devices):
        # sudo - iot.device: also children on farms that this user does not see.
        others = devices.sudo().child_ids - devices.sudo()
        if others:
            raise UserError(
                _(
                    "%(count)s other devices have a gateway of this batch. Give them "
                    "another one first.",
                    count=len(others),
                )
            )


def _some(devices):
    names = ", ".join(devices[:_NAMED].mapped("device_id"))
    return f"{names} …" if len(devices) > _NAMED else names
