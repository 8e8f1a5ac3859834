from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.fields import Domain

ACTIVITY = "smartdairy_iot.mail_activity_type_calibration"
DAYS_BEFORE = 14  # that technicians are told before it is due


class IotDevice(models.Model):
    """When a device must be calibrated, and who is told."""

    _inherit = "iot.device"

    calibration_ids = fields.One2many("iot.calibration", "device_id")
    calibration_count = fields.Integer(compute="_compute_calibration_count")
    calibration_due = fields.Date(
        compute="_compute_calibration_due",
        store=True,
        index="btree_not_null",
        help="The earliest next calibration of its readings; of a device that was "
        "never calibrated, its profile's interval after it was activated.",
    )
    is_calibration_overdue = fields.Boolean(
        compute="_compute_is_calibration_overdue",
        search="_search_is_calibration_overdue",
    )
    calibration_noticed = fields.Char(
        readonly=True,
        copy=False,
        help="Of which due date technicians were told: soon or due, and the date.",
    )

    @api.depends("calibration_ids")
    def _compute_calibration_count(self):
        counts = dict(
            self.env["iot.calibration"]._read_group(
                [("device_id", "in", self.ids)], ["device_id"], ["__count"]
            )
        )
        for device in self:
            device.calibration_count = counts.get(device._origin, 0)

    @api.depends(
        "calibration_ids.state",
        "calibration_ids.next_due",
        "calibration_ids.valid_from",
        "calibration_ids.reading_type",
        "profile_id.calibration_months",
        "activated_at",
    )
    def _compute_calibration_due(self):
        # sudo - iot.calibration: what is due does not depend on who asks.
        none = self.env["iot.calibration"].sudo()
        current = none._current_of(self).grouped("device_id")
        for device in self:
            of_device = current.get(device._origin, none)
            if of_device:
                device.calibration_due = min(
                    of_device.filtered("next_due").mapped("next_due"), default=False
                )
            else:
                device.calibration_due = device._first_calibration_due()

    def _first_calibration_due(self):
        """When it was due before it was ever calibrated; False: never."""
        months = self.profile_id.calibration_months
        if not (months and self.activated_at):
            return False
        return (self.activated_at + relativedelta(months=months)).date()

    @api.depends("calibration_due", "state")
    def _compute_is_calibration_overdue(self):
        today = fields.Date.context_today(self)
        for device in self:
            due = device.calibration_due
            device.is_calibration_overdue = (
                bool(due) and due < today and device.state != "retired"
            )

    def _search_is_calibration_overdue(self, operator, value):
        if operator != "in":
            return NotImplemented
        if True in value and False in value:
            return []
        today = fields.Date.context_today(self)
        overdue = Domain("calibration_due", "<", today) & Domain(
            "state", "!=", "retired"
        )
        return overdue if True in value else ~overdue

    def action_view_calibrations(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_calibration_action"
        )
        action["domain"] = [("device_id", "=", self.id)]
        action["context"] = {"default_device_id": self.id}
        return action

    def action_calibrate(self):
        """A new calibration of this device, to be filled in."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "iot.calibration",
            "view_mode": "form",
            "context": {"default_device_id": self.id},
        }

    # Technicians are told ------------------------------------------------------------

    @api.model
    def _cron_calibration_due(self):
        """Once before, and once when it is due; each only for that due date."""
        today = fields.Date.today()
        due = self.search(
            [
                ("calibration_due", "<=", today + relativedelta(days=DAYS_BEFORE)),
                ("state", "not in", ("draft", "retired")),
            ]
        )
        for device in due:
            stage = "due" if device.calibration_due <= today else "soon"
            notice = f"{stage} {device.calibration_due}"
            if device.calibration_noticed != notice:
                device._tell_calibration(stage)
                device.calibration_noticed = notice

    def _tell_calibration(self, stage):
        """One open activity for each device: that of before becomes that of now."""
        words = {
            "soon": self.env._("Calibrate %(device)s", device=self.name),
            "due": self.env._("Calibration of %(device)s is due", device=self.name),
        }
        vals = {"summary": words[stage], "date_deadline": self.calibration_due}
        if open_ones := self.activity_search([ACTIVITY]):
            open_ones.write(vals)
            return
        self.activity_schedule(ACTIVITY, user_id=self._calibrated_by().id, **vals)

    def _calibrated_by(self):
        """Who did it the last time and still may, or a technician who sees the farm.

        Nobody: the activity is for whoever takes it.
        """
        technicians = self.env.ref("smartdairy_iot.group_iot_technician").all_user_ids
        technicians = technicians.filtered(lambda user: user.active and not user.share)
        if self.company_id:
            technicians = technicians.filtered(
                lambda user: self.company_id in user.company_ids
            )
        allowed = self.farm_id.user_ids
        of_farm = technicians & allowed if allowed else technicians
        managers = self.env.ref("smartdairy_iot.group_iot_manager").all_user_ids
        last = self.calibration_ids.filtered(lambda one: one.state == "applied")[:1]
        if last.done_by in of_farm | (technicians & managers):
            return last.done_by
        return (of_farm - managers)[:1] or of_farm[:1]

    def _settle_calibration_activities(self):
        """It was calibrated: what reminded of that is done."""
        self.activity_feedback([ACTIVITY], feedback=self.env._("Calibrated"))
