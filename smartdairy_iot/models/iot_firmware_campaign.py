import ast

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..control.firmware import OPEN, next_step, parse_stages, stage_sizes

_LATEST_HOURS = 24 * 30
_BY_BUTTONS = {"state", "stage", "stopped_because"}
# Once devices are offered it: another file, or other stages, were never looked at.
_FIXED = {"firmware_id", "device_ids", "domain", "stages"}


class IotFirmwareCampaign(models.Model):
    """A firmware for many devices, a few first.

    The next stage opens when every device of the ones before has ended, and not more
    of them failed than is allowed; else the campaign stops by itself.
    """

    _name = "iot.firmware.campaign"
    _description = "Firmware Campaign"
    _inherit = ["farm.owned", "mail.thread"]
    _order = "id desc"

    name = fields.Char(required=True)
    firmware_id = fields.Many2one(
        "iot.firmware", required=True, ondelete="restrict", index=True
    )
    device_type = fields.Selection(related="firmware_id.device_type")
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        help="The firmware's; of a firmware that all companies share, that of whoever "
        "offers it. Empty: all companies.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("stopped", "Stopped"),
            ("done", "Done"),
        ],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    device_ids = fields.Many2many(
        "iot.device",
        string="Chosen Devices",
        help="None chosen: those of the filter.",
    )
    domain = fields.Char("Filter", default="[('state', '=', 'active')]", required=True)
    stages = fields.Char(
        default="5, 25, 100",
        required=True,
        help="How many percent of the devices are offered it after each stage.",
    )
    max_failures = fields.Float(
        "Stop Above (% Failed)",
        default=10.0,
        help="Of the devices that were offered it so far.",
    )
    offer_hours = fields.Integer(
        "Give Up After (h)",
        default=72,
        required=True,
        help="A device that has not reported the new version by then has failed.",
    )
    stage = fields.Integer("Stage Number", readonly=True, copy=False)
    stage_text = fields.Char("Stage", compute="_compute_stage_text")
    stopped_because = fields.Char(readonly=True, copy=False)
    target_ids = fields.One2many("iot.firmware.target", "campaign_id", copy=False)
    count_all = fields.Integer("Devices", compute="_compute_counts")
    count_open = fields.Integer("Under Way", compute="_compute_counts")
    count_applied = fields.Integer("Applied", compute="_compute_counts")
    count_failed = fields.Integer("Failed", compute="_compute_counts")
    count_skipped = fields.Integer("Skipped", compute="_compute_counts")
    progress = fields.Float("Progress (%)", compute="_compute_counts")
    candidate_count = fields.Integer("Fits", compute="_compute_candidate_count")

    _limits = models.Constraint(
        f"CHECK(max_failures BETWEEN 0 AND 100"
        f" AND offer_hours BETWEEN 1 AND {_LATEST_HOURS})",
        "Stop Above is 0 to 100 %, Give Up After 1 to 720 hours.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_by_buttons(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_by_buttons(vals)
        if _FIXED & vals.keys() and set(self.mapped("state")) - {"draft"}:
            raise UserError(
                _(
                    "This campaign was started already: its firmware, devices and "
                    "stages stay as they are. Stop it, and make another one."
                )
            )
        return super().write(vals)

    @api.model
    def _check_by_buttons(self, vals):
        if not self.env.su and _BY_BUTTONS & vals.keys():
            raise AccessError(
                _("How far a campaign is follows from its buttons and its devices.")
            )

    @api.depends("firmware_id.company_id")
    def _compute_company_id(self):
        """A firmware of all companies is not everybody's to stop."""
        mine = self.env.user._company_of_new()
        for campaign in self:
            before = campaign._origin.company_id
            campaign.company_id = campaign.firmware_id.company_id or before or mine

    @api.depends("target_ids.state")
    def _compute_counts(self):
        counts = {}
        for campaign, state, count in self.env["iot.firmware.target"]._read_group(
            [("campaign_id", "in", self.ids)], ["campaign_id", "state"], ["__count"]
        ):
            counts.setdefault(campaign, {})[state] = count
        for campaign in self:
            of_it = counts.get(campaign, {})
            campaign.count_all = total = sum(of_it.values())
            campaign.count_open = sum(of_it.get(state, 0) for state in OPEN)
            campaign.count_applied = of_it.get("applied", 0)
            campaign.count_failed = of_it.get("failed", 0)
            campaign.count_skipped = of_it.get("skipped", 0)
            ended = total - campaign.count_open
            campaign.progress = 100 * ended / total if total else 0

    @api.depends("stage", "stages")
    def _compute_stage_text(self):
        for campaign in self:
            try:
                stages = parse_stages(campaign.stages or "")
            except ValueError:
                stages = ()
            campaign.stage_text = (
                _(
                    "%(number)s of %(count)s (%(percent)s %% of the devices)",
                    number=campaign.stage,
                    count=len(stages),
                    percent=stages[campaign.stage - 1],
                )
                if 0 < campaign.stage <= len(stages)
                else ""
            )

    @api.depends("firmware_id", "device_ids", "domain", "company_id")
    def _compute_candidate_count(self):
        for campaign in self:
            try:
                campaign.candidate_count = len(campaign._find_devices())
            except (ValidationError, ValueError):
                campaign.candidate_count = 0

    @api.constrains("stages")
    def _check_stages(self):
        for campaign in self:
            try:
                parse_stages(campaign.stages)
            except ValueError:
                raise ValidationError(
                    _(
                        "%(stages)s are no stages: write rising percentages that end "
                        "with 100, such as 5, 25, 100.",
                        stages=campaign.stages,
                    )
                ) from None

    @api.constrains("domain")
    def _check_domain(self):
        for campaign in self:
            campaign._find_devices()

    def _find_devices(self):
        self.ensure_one()
        devices = self.env["iot.device"]
        if self.device_ids:
            found = self.device_ids._origin
        else:
            try:
                found = devices.search(ast.literal_eval(self.domain or "[]"))
            except (KeyError, SyntaxError, TypeError, ValueError):
                raise ValidationError(
                    _("The filter cannot be read: choose it again.")
                ) from None
        if self.company_id:
            found = found.filtered(lambda d: d.company_id == self.company_id)
        return found.filtered(self.firmware_id._fits)

    # What people do -------------------------------------------------------

    def action_start(self):
        self.ensure_one()
        self.check_access("write")
        if self.state != "draft":
            raise UserError(_("This campaign was started already."))
        if problem := self.env["iot.webhook"]._find_secret_problem():
            raise UserError(problem)
        devices = self._find_devices()
        if not devices:
            raise UserError(
                _("No device fits this firmware: look at type, profile and filter.")
            )
        self._make_targets(devices)
        self._note(state="running")
        self._open_stage(1)
        return True

    def action_pause(self):
        """Nothing new is offered; what is under way goes on."""
        return self._go("running", "paused")

    def action_resume(self):
        self._go("paused", "running")
        self._follow()
        return True

    def action_stop(self):
        self.check_access("write")
        for campaign in self.filtered(lambda c: c.state in ("running", "paused")):
            campaign._stop(_("Stopped by %(name)s.", name=self.env.user.display_name))
        return True

    def action_next_stage(self):
        """Do not wait for the devices that have not ended yet."""
        self.ensure_one()
        self.check_access("write")
        if self.state != "running" or self.stage >= len(parse_stages(self.stages)):
            raise UserError(_("There is no next stage to open."))
        self._open_stage(self.stage + 1)
        return True

    def action_view_targets(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_firmware_target_action"
        )
        action["domain"] = [("campaign_id", "=", self.id)]
        return action

    def _go(self, before, after):
        self.check_access("write")
        if set(self.mapped("state")) != {before}:
            raise UserError(_("The campaign has another status by now."))
        self._note(state=after)
        return True

    def _note(self, **values):
        # sudo - iot.firmware.campaign: written by its own methods only; their callers'
        # rights were checked.
        self.sudo().write(values)

    # How it goes on -------------------------------------------------------

    def _make_targets(self, devices):
        """In an order that has nothing to do with farm or age."""
        stages = parse_stages(self.stages)
        ordered = devices.sorted(lambda d: hash((self.id, d.id)))
        sizes = stage_sizes(len(ordered), stages)
        rows = []
        for number, device in enumerate(ordered):
            stage = next(n for n, size in enumerate(sizes, 1) if number < size)
            rows.append(
                {"campaign_id": self.id, "device_id": device.id, "stage": stage}
            )
        # sudo - iot.firmware.target: written by nobody directly.
        self.env["iot.firmware.target"].sudo().create(rows)

    def _open_stage(self, stage):
        self._note(stage=stage)
        targets = self._targets([("stage", "<=", stage), ("state", "=", "queued")])
        targets._offer()

    def _targets(self, domain=()):
        # sudo - iot.firmware.target: written by nobody directly; a campaign goes on
        # for the devices of every farm.
        targets = self.env["iot.firmware.target"].sudo()
        return targets.search([("campaign_id", "in", self.ids), *domain])

    def _stop(self, because):
        self._note(state="stopped", stopped_because=because)
        targets = self._targets([("state", "in", OPEN)])
        targets._end("skipped", because)

    @api.model
    def _cron_follow(self):
        under_way = self.search([("state", "in", ("running", "paused"))])
        for campaign in under_way:
            # Devices answer, and people press buttons, meanwhile.
            campaign._follow()
            self.env["ir.cron"]._commit_progress(1)

    def _follow(self):
        """What devices reported since, and what follows from it."""
        self.ensure_one()
        self._targets([("state", "in", OPEN)])._look()
        counts = dict(
            self.env["iot.firmware.target"]
            .sudo()
            ._read_group(
                [("campaign_id", "=", self.id), ("stage", "<=", self.stage)],
                ["state"],
                ["__count"],
            )
        )
        is_last = self.stage >= len(parse_stages(self.stages))
        step = next_step(counts, is_last, self.max_failures)
        if step.verdict == "halt":
            self._stop(
                _(
                    "Stopped by itself: %(rate).0f %% of the devices failed, more than "
                    "%(limit).0f %%.",
                    rate=step.rate,
                    limit=self.max_failures,
                )
            )
            self.message_post(body=self.stopped_because)
        elif step.verdict == "done":
            self._note(state="done")
        elif step.verdict == "next" and self.state == "running":
            self._open_stage(self.stage + 1)
