from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

_MEASURED = {"iot_trip_verdict", "iot_trip_outside"}
_LONGEST = timedelta(days=31)


class StockPicking(models.Model):
    """A transfer with a sensor aboard: when its trip began and ended."""

    _inherit = "stock.picking"

    iot_device_id = fields.Many2one(
        "iot.device",
        string="Sensor Aboard",
        domain="[('state', '=', 'active'), ('device_type', '=', 'temperature'),"
        " ('company_id', 'in', [company_id, False])]",
        index="btree_not_null",
        copy=False,
        ondelete="restrict",
        tracking=True,
        help="The thermometer of the tanker or crate.",
    )
    iot_trip_start = fields.Datetime(string="Trip Start", copy=False, tracking=True)
    iot_trip_end = fields.Datetime(string="Trip End", copy=False, tracking=True)
    iot_trip_due = fields.Boolean(
        string="Trip Report Ordered", readonly=True, copy=False, index=True
    )
    iot_trip_verdict = fields.Selection(
        [
            ("within", "Within Limits"),
            ("outside", "Out of Range"),
            ("unmeasured", "Not Measured"),
        ],
        string="Trip",
        readonly=True,
        copy=False,
        tracking=True,
    )
    iot_trip_outside = fields.Float(
        string="Trip Minutes out of Range", readonly=True, copy=False, digits=(8, 0)
    )

    @api.constrains("iot_device_id", "company_id")
    def _check_iot_device(self):
        for picking in self.filtered("iot_device_id"):
            # sudo - iot.device: people of Inventory may not read it.
            device = picking.iot_device_id.sudo()
            theirs = device.company_id
            if theirs and theirs != picking.company_id:
                raise ValidationError(
                    _(
                        "%(device)s belongs to %(theirs)s, and %(picking)s to "
                        "%(ours)s.",
                        device=device.display_name,
                        theirs=theirs.name,
                        picking=picking.name,
                        ours=picking.company_id.name,
                    )
                )
            if device.device_type != "temperature":
                raise ValidationError(
                    _(
                        "%(device)s is no thermometer: a trip needs its temperature.",
                        device=device.display_name,
                    )
                )

    @api.constrains("iot_trip_start", "iot_trip_end")
    def _check_iot_trip(self):
        for picking in self:
            start, end = picking.iot_trip_start, picking.iot_trip_end
            if end and (not start or not start <= end <= start + _LONGEST):
                raise ValidationError(
                    _(
                        "%(picking)s: a trip ends after its start, and within 31 days.",
                        picking=picking.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        pickings = super().create(vals_list)
        # What they are by now: a default of the context or of the user is in no vals.
        pickings._check_may_see_device()
        if any(picking[name] for picking in pickings for name in _MEASURED):
            self._refuse_measured()
        return pickings

    def write(self, vals):
        if not _MEASURED.isdisjoint(vals):
            self._refuse_measured()
        done = super().write(vals)
        if vals.get("iot_device_id"):
            self._check_may_see_device()
        return done

    def _refuse_measured(self):
        if not self.env.su:
            raise AccessError(_("What a trip measured is written by its report only."))

    def _check_may_see_device(self):
        """Its trip's report tells what it measured."""
        self.iot_device_id.check_access("read")

    def _action_done(self):
        """A trip that was started ends here; otherwise the goods leave only now."""
        res = super()._action_done()
        for picking in self.filtered(lambda one: one.iot_device_id):
            if picking.state != "done":
                continue
            if picking.iot_trip_start:
                if not picking.iot_trip_end:
                    picking.iot_trip_end = fields.Datetime.now()
                picking._order_trip_report()
            else:
                picking.iot_trip_start = picking.date_done
        return res

    def action_start_trip(self):
        self.ensure_one()
        if not self.iot_device_id:
            raise UserError(_("Choose the sensor aboard first."))
        self.write({"iot_trip_start": fields.Datetime.now(), "iot_trip_end": False})

    def action_end_trip(self):
        self.ensure_one()
        if not self.iot_trip_start:
            raise UserError(_("This trip has not begun."))
        self.iot_trip_end = fields.Datetime.now()
        self._order_trip_report()

    def action_trip_report(self):
        """Make it again: readings came late, or the times were corrected."""
        self.ensure_one()
        self.check_access("write")
        if not (self.iot_device_id and self.iot_trip_start and self.iot_trip_end):
            raise UserError(
                _("A trip report needs a sensor aboard, and the trip's start and end.")
            )
        self._order_trip_report()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "info",
                "message": _("The report will be attached in a moment."),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _order_trip_report(self):
        """Printing takes seconds: after the commit, by the scheduler."""
        self.iot_trip_due = True
        # sudo - ir.cron: whoever validates a transfer may wake it.
        self.env.ref("smartdairy_iot_stock.ir_cron_trip_reports").sudo()._trigger()
