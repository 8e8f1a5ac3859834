from typing import NamedTuple

from odoo import _, api, fields, models

from ..rules.scope import Scope


class RuleHere(NamedTuple):
    """A rule that would apply to a device, and whether it does."""

    rule: object  # iot.threshold
    is_in_force: bool
    why: str


class IotDevice(models.Model):
    """Which rules are in force at a device, and what overrides the others."""

    _inherit = "iot.device"

    rules_html = fields.Html(
        string="Rules", compute="_compute_rules_html", sanitize=False
    )

    @api.depends("device_type", "profile_id", "location_type", "farm_id")
    @api.depends_context("uid", "lang")
    def _compute_rules_html(self):
        for device in self:
            device.rules_html = self.env["ir.qweb"]._render(
                "smartdairy_iot.iot_device_rules",
                {
                    "rules": device._origin._rules_here() if device._origin else [],
                    "tank": device._origin._judged_in(),
                },
            )

    def _judged_in(self):
        """The tank whose cooling standard judges this probe's temperature, if any."""
        tank = self.env["farm.tank"].search([("probe_id", "in", self.ids)], limit=1)
        return tank.filtered("is_supervised")

    def _rules_here(self):
        """:return: list of :class:`RuleHere` of the rules that one may see"""
        self.ensure_one()
        here = []
        applying = self._ranking().applying(self._to_scope())
        for _key, ranked in sorted(applying.items(), key=str):
            winners = [rule.threshold_id for rule in ranked[max(ranked)]]
            for rank, rules in sorted(ranked.items(), reverse=True):
                for rule in self.env["iot.threshold"].browse(
                    rule.threshold_id for rule in rules
                ):
                    if rule.has_access("read"):
                        is_winner = rank == max(ranked)
                        why = self._explain_force(rule, is_winner, winners)
                        here.append(RuleHere(rule, is_winner, why))
        return here

    def _explain_force(self, rule, is_winner, winners):
        if not is_winner:
            seen = rule.browse(winners)._filtered_access("read")
            return _(
                "Overridden by %(names)s",
                names=", ".join(seen.mapped("name")) or _("a rule of others"),
            )
        if rule.kind == "deviation" and not self._has_normal(rule):
            return _("Waits for enough readings to know what is normal")
        return _("The most specific of its kind")

    def _has_normal(self, rule):
        return bool(
            self.env["iot.device.normal"].search_count(
                [
                    ("device_id", "=", self.id),
                    ("reading_type", "=", rule.reading_type),
                    ("days", "=", rule.normal_days),
                ]
            )
        )

    @api.model
    def _ranking(self):
        # sudo - iot.threshold: a rule that one may not see overrides all the same.
        rules = self.env["iot.threshold"].sudo()
        return rules.search([("is_active", "=", True)])._to_ranking()

    def _to_scope(self):
        """Where it is now: the place that its newest message named, or its own."""
        self.ensure_one()
        return Scope(
            self.id,
            self.profile_id.id or None,
            self.live_ids.location_type or self.location_type or None,
            self.device_type,
            self.farm_id.id or None,
            self.company_id.id or None,
        )
