from odoo import _, api, fields, models
from odoo.exceptions import ValidationError


class IotMaintenanceWindow(models.Model):
    """While it lasts, alerts of these devices are recorded and nobody is told.

    Who would have been told is in the log. What still holds at its end is told then.
    """

    _name = "iot.maintenance.window"
    _description = "IoT Maintenance Window"
    _inherit = ["farm.owned", "mail.thread"]
    _order = "date_from desc, id desc"
    _rec_name = "reason"

    reason = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    farm_id = fields.Many2one("farm.farm", "Whole Farm", index=True, tracking=True)
    device_ids = fields.Many2many(
        "iot.device",
        string="Devices",
        domain="[('farm_id', '=?', farm_id)]",
        help="A gateway stands for all devices that publish through it.",
    )
    date_from = fields.Datetime(
        "From", required=True, default=fields.Datetime.now, tracking=True
    )
    date_to = fields.Datetime("Until", required=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )
    state = fields.Selection(
        [("future", "To Come"), ("now", "Now"), ("past", "Over")],
        compute="_compute_state",
    )

    _in_order = models.Constraint(
        "CHECK(date_from < date_to)", "The window must end after it begins."
    )

    @api.depends("date_from", "date_to", "active")
    def _compute_state(self):
        now = fields.Datetime.now()
        for window in self:
            window.state = "now"
            if window.date_from and window.date_from > now:
                window.state = "future"
            elif not window.active or (window.date_to and window.date_to <= now):
                window.state = "past"

    # The reason is always given: a program may name neither farm nor devices.
    @api.constrains("reason", "farm_id", "device_ids")
    def _check_scope(self):
        for window in self:
            if not window.farm_id and not window.device_ids:
                raise ValidationError(
                    _(
                        "“%(reason)s” is about nothing: choose a farm or devices.",
                        reason=window.reason,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        windows = super().create(vals_list)
        windows._require_seen()
        windows._wake()
        return windows

    def write(self, vals):
        done = super().write(vals)
        self._require_seen()
        self._wake()
        return done

    def _require_seen(self):
        """Nobody silences what they do not see."""
        self.farm_id.check_access("read")
        self.device_ids.check_access("read")

    def unlink(self):
        done = super().unlink()
        self._wake()
        return done

    def action_end(self):
        """It is over now: what still holds is told."""
        now = fields.Datetime.now()
        self.filtered(lambda w: w.state == "now").write({"date_to": now})
        return True

    def _wake(self):
        """Look at what was suppressed now, and when the windows end."""
        job = self.env["iot.alert.followup"]._job()
        job._trigger()
        ends = [end for end in self.exists().mapped("date_to") if end]
        if ends:
            job._trigger(at=ends)

    @api.model
    def _covering(self, alerts, now):
        """:return: ``{alert: the latest end}``, naive, of those a window covers"""
        windows = self.search([("date_from", "<=", now), ("date_to", ">", now)])
        ends = {}
        for window in windows:
            for alert in alerts.filtered(window._covers):
                ends[alert] = max(ends.get(alert, window.date_to), window.date_to)
        return ends

    def _covers(self, alert):
        device = alert.device_id
        if self.device_ids:
            while device and device not in self.device_ids:
                device = device.gateway_id
            return bool(device)
        return alert.farm_id == self.farm_id
