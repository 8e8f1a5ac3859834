from datetime import timedelta, timezone

from dateutil.relativedelta import relativedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from ..calibration.fit import LIMITS
from ..calibration.version import Version
from ..ingest.codec.generic import measured_by
from ..ingest.codec.number import unit_of
from .iot_threshold import READING_TYPES

SOURCES = (
    *("reference_1", "measured_1", "reference_2", "measured_2"),
    "measured_is_corrected",
)
_CLOCKS_DIFFER = timedelta(minutes=5)
# What the listener applies; the paper beside it may come later.
_FROZEN = {
    *("device_id", "reading_type", "valid_from", "method", "scale", "offset"),
    *SOURCES,
}


class IotCalibration(models.Model):
    """What corrects a device's readings of one type, from a date on.

    Readings *measured* from then on, until the next one begins, are stored as
    raw × scale + offset, beside what the device said. It is a draft until it is
    applied; then it has been used and stays as it is: the next one supersedes it, and a
    wrong one is cancelled. Neither rewrites what is stored.
    """

    _name = "iot.calibration"
    _description = "Calibration"
    _inherit = ["farm.owned", "mail.thread", "iot.listener.mapped"]
    _order = "valid_from desc, id desc"

    device_id = fields.Many2one(
        "iot.device", required=True, ondelete="cascade", index=True, tracking=True
    )
    farm_id = fields.Many2one(related="device_id.farm_id", store=True, index=True)
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    reading_type = fields.Selection(
        [pair for pair in READING_TYPES if pair[0] in LIMITS],
        required=True,
        compute="_compute_reading_type",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    unit = fields.Char(compute="_compute_unit")
    valid_from = fields.Datetime(
        required=True,
        default=fields.Datetime.now,
        tracking=True,
        help="Readings measured from then on are corrected, late ones as well.",
    )
    method = fields.Selection(
        [
            ("one_point", "One point"),
            ("two_points", "Two points"),
            ("given", "Scale and offset are known"),
        ],
        required=True,
        default="one_point",
        help="One point gives an offset; two points, far apart, a scale as well.",
    )
    reference_1 = fields.Float(
        "Reference", digits=(16, 4), help="What the reference instrument shows."
    )
    measured_1 = fields.Float(
        "Measured",
        digits=(16, 4),
        help="What the device says at the same place and time, without calibration.",
    )
    reference_2 = fields.Float("Second Reference", digits=(16, 4))
    measured_2 = fields.Float("Second Measured", digits=(16, 4))
    measured_is_corrected = fields.Boolean(
        "Measured as Odoo Shows It",
        help="The measured values were read in Odoo, which already corrects them by "
        "the calibration before this one. Otherwise they are what the device itself "
        "says.",
    )
    has_before = fields.Boolean(compute="_compute_has_before")
    scale = fields.Float(
        digits=(16, 9),
        compute="_compute_line",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        aggregator=None,
    )
    offset = fields.Float(
        digits=(16, 9),
        compute="_compute_line",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        aggregator=None,
    )
    formula = fields.Char(compute="_compute_formula")
    problem = fields.Char(
        compute="_compute_problem", help="Why it cannot be applied as it is."
    )
    state = fields.Selection(
        [("draft", "Draft"), ("applied", "Applied"), ("cancelled", "Cancelled")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    is_current = fields.Boolean(
        "In Force",
        compute="_compute_is_current",
        search="_search_is_current",
        help="The newest applied one of its device and reading type.",
    )
    done_by = fields.Many2one(
        "res.users", default=lambda self: self.env.user, tracking=True
    )
    certificate = fields.Char(
        "Certificate Number", help="Of the reference instrument or the laboratory."
    )
    certificate_file = fields.Binary("Certificate", attachment=True, copy=False)
    certificate_name = fields.Char(copy=False)
    note = fields.Text("Notes")
    next_due = fields.Date(
        compute="_compute_next_due",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="By default the interval of the device's profile after Valid From.",
    )

    _applied_unique = models.UniqueIndex(
        "(device_id, reading_type, valid_from) WHERE state = 'applied'",
        "Another calibration of this reading begins at the same time. Choose another "
        "time, or cancel the other one.",
    )

    @api.depends("device_id", "reading_type", "valid_from")
    def _compute_display_name(self):
        labels = dict(self._fields["reading_type"]._description_selection(self.env))
        for one in self:
            date = one.valid_from and fields.Date.to_string(one.valid_from.date())
            label = labels.get(one.reading_type, "")
            one.display_name = f"{one.device_id.name or ''}: {label} {date or ''}"

    @api.depends("device_id")
    def _compute_reading_type(self):
        for one in self:
            kinds = measured_by(one.device_id.device_type) if one.device_id else ()
            known = one.reading_type in kinds and one.reading_type
            one.reading_type = known or next((k for k in kinds if k in LIMITS), False)

    @api.depends("reading_type")
    def _compute_unit(self):
        for one in self:
            one.unit = one.reading_type and unit_of(one.reading_type)

    @api.depends("valid_from", "device_id.profile_id.calibration_months")
    def _compute_next_due(self):
        for one in self:
            months = one.device_id.profile_id.calibration_months
            due = one.next_due
            if one.state == "draft" and months and one.valid_from:
                due = (one.valid_from + relativedelta(months=months)).date()
            one.next_due = due

    @api.depends("device_id", "reading_type", "valid_from")
    def _compute_has_before(self):
        for one in self:
            one.has_before = bool(one.device_id and one.valid_from and one._before())

    # Life cycle ----------------------------------------------------------------------

    def action_apply(self):
        """From now on the listener corrects what was measured since ``valid_from``."""
        for one in self:
            if one.state != "draft":
                raise UserError(
                    _("%(name)s is no draft any more.", name=one.display_name)
                )
            if one.valid_from > fields.Datetime.now() + _CLOCKS_DIFFER:
                raise UserError(
                    _(
                        "%(name)s would begin in the future. Set Valid From to when "
                        "the values were measured.",
                        name=one.display_name,
                    )
                )
            one.check_access("write")
            # sudo - iot.calibration: its status is written by these actions only.
            one.sudo().state = "applied"
            one.device_id._settle_calibration_activities()
        return True

    def action_cancel(self):
        """What it corrected stays as it is; the one before it counts again."""
        self.check_access("write")
        for one in self:
            if one.state != "applied":
                raise UserError(
                    _(
                        "%(name)s is not applied: a draft is deleted, not cancelled.",
                        name=one.display_name,
                    )
                )
        # sudo - iot.calibration: see above.
        self.sudo().state = "cancelled"
        return True

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_state_kept(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_state_kept(vals)
        touched = _FROZEN.intersection(vals)
        if touched and (used := self.filtered(lambda one: one.state != "draft")):
            labels = self.fields_get(sorted(touched), ["string"])
            raise UserError(
                _(
                    "%(name)s was applied, and readings may be stored with it: "
                    "%(fields)s cannot be changed. Make a new calibration, which "
                    "supersedes it from its own date on, or cancel it.",
                    name=used[0].display_name,
                    fields=", ".join(label["string"] for label in labels.values()),
                )
            )
        if "state" in vals:
            self.invalidate_model(["is_current"])  # of those beside it, too
        return super().write(vals)

    @api.model
    def _check_state_kept(self, vals):
        """Made a draft again, what readings are stored with could be rewritten."""
        if not self.env.su and vals.get("state", "draft") != "draft":
            raise AccessError(_("Apply or cancel a calibration: use its buttons."))
        if not self.env.su and "state" in vals and self:
            raise AccessError(_("Apply or cancel a calibration: use its buttons."))

    @api.ondelete(at_uninstall=False)
    def _unlink_only_drafts(self):
        for one in self:
            if one.state != "draft":
                raise UserError(
                    _(
                        "%(name)s was applied: it is part of the record of the "
                        "readings and cannot be deleted. Cancel it instead.",
                        name=one.display_name,
                    )
                )

    # In force ------------------------------------------------------------------------

    @api.depends("state", "valid_from", "device_id", "reading_type")
    def _compute_is_current(self):
        current = self._current_of(self.device_id)
        for one in self:
            one.is_current = one._origin in current

    def _search_is_current(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo - iot.calibration: which one is the newest does not depend on who asks.
        ids = self.sudo()._current_of(None).ids
        if True in value and False in value:
            return []
        return [("id", "in" if True in value else "not in", ids)]

    @api.model
    def _current_of(self, devices):
        """The newest applied one of each reading type that has begun.

        :param devices: None for all
        """
        domain = [
            ("state", "=", "applied"),
            ("valid_from", "<=", fields.Datetime.now()),
        ]
        if devices is not None:
            domain.append(("device_id", "in", devices.ids))
        newest = {}
        for one in self.search(domain, order="valid_from, id"):
            newest[one.device_id.id, one.reading_type] = one.id
        return self.browse(newest.values())

    @api.model
    def _by_device(self, devices=None):
        """``{id of device: {reading type: (Version, …)}}``, the oldest first

        :param devices: None for all
        """
        found = {}
        domain = [("state", "=", "applied")]
        if devices is not None:
            domain.append(("device_id", "in", devices.ids))
        # sudo - iot.calibration: the listener serves all companies.
        for one in self.sudo().search(domain, order="valid_from, id"):
            version = Version(
                one.valid_from.replace(tzinfo=timezone.utc), one.scale, one.offset
            )
            kinds = found.setdefault(one.device_id.id, {})
            kinds[one.reading_type] = (*kinds.get(one.reading_type, ()), version)
        return found
