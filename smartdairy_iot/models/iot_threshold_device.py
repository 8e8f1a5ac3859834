from odoo import _, api, fields, models

from ..rules.scope import Scope


class IotThreshold(models.Model):
    """Where a rule is in force, and why it is or is not at one device."""

    _inherit = "iot.threshold"

    device_count = fields.Integer(
        string="Devices",
        compute="_compute_device_count",
        help="Where this rule is in force: none more specific watches the same.",
    )
    is_in_force_here = fields.Boolean(
        string="In Force", compute="_compute_why_here", compute_sudo=True
    )
    why_here = fields.Char(string="Why", compute="_compute_why_here", compute_sudo=True)

    @api.depends("is_active", "kind", "reading_type")
    def _compute_device_count(self):
        for rule in self:
            rule.device_count = len(rule._origin._devices_in_force()) if rule.id else 0

    @api.depends_context("of_device", "lang")
    def _compute_why_here(self):
        """At the device that the context names."""
        device = self.env["iot.device"].browse(self.env.context.get("of_device"))
        # compute_sudo: what overrides may be a rule that one may not see. Its name is
        # told only to whom may read it.
        winners = device._ranking().winners(device._to_scope()) if device else {}
        for rule in self:
            here = winners.get((rule.kind, rule._to_rule().reading_type), ())
            ids = [winner.threshold_id for winner in here]
            rule.is_in_force_here = rule.id in ids
            rule.why_here = rule._explain_force(device, ids)

    def _explain_force(self, device, winners):
        self.ensure_one()
        if not winners:
            return False
        if self.id not in winners:
            seen = self.browse(winners).sudo(False)._filtered_access("read")
            return _(
                "Overridden by %(names)s",
                names=", ".join(seen.mapped("name")) or _("a rule of others"),
            )
        if self.kind == "deviation" and not self._has_normal(device):
            return _("Waits for enough readings to know what is normal")
        return _("The most specific of its kind")

    def _has_normal(self, device):
        window = (self.reading_type, self.normal_days)
        known = self.env["iot.device.normal"].search([("device_id", "=", device.id)])
        return window in [(normal.reading_type, normal.days) for normal in known]

    def action_view_devices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_device_action"
        )
        action["domain"] = [("id", "in", self._devices_in_force().ids)]
        action["context"] = {"create": False}
        return action


class IotDevice(models.Model):
    _inherit = "iot.device"

    rule_ids = fields.Many2many(
        "iot.threshold",
        string="Rules",
        compute="_compute_rule_ids",
        help="All that would apply to this device where it is, and which of them do.",
    )

    @api.depends("device_type", "profile_id", "location_type", "farm_id")
    def _compute_rule_ids(self):
        ranking = self._ranking()
        for device in self:
            applying = ranking.applying(device._origin._to_scope())
            ids = [
                rule.threshold_id
                for _key, ranked in sorted(applying.items(), key=str)
                for _rank, rules in sorted(ranked.items(), reverse=True)
                for rule in rules
            ]
            device.rule_ids = (
                self.env["iot.threshold"].browse(ids)._filtered_access("read")
            )

    @api.model
    def _ranking(self):
        # sudo - iot.threshold: a rule that one may not see overrides all the same.
        rules = self.env["iot.threshold"].sudo()
        return rules.search([("is_active", "=", True)])._to_ranking()

    def _to_scope(self):
        """Where it is now: the place that its newest message named, or its own."""
        if not self:
            return Scope()
        self.ensure_one()
        return Scope(
            self.id,
            self.profile_id.id or None,
            self.live_ids.location_type or self.location_type or None,
            self.device_type,
            self.farm_id.id or None,
            self.company_id.id or None,
        )
