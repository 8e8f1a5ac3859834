from datetime import timedelta

from odoo import api, models

from ..rules.in_force import by_place, with_normals
from ..rules.kind import OF_READING
from ..rules.rule import Rule
from ..rules.scope import Ranking, Scope, Scoped
from .iot_device import LOCATION_TYPES
from .iot_threshold_level import to_level_of


class IotThreshold(models.Model):
    """Which rule applies where (see ``rules.scope``), and what the listener gets."""

    _inherit = "iot.threshold"

    @api.model
    def _rules_by_device(self):
        """What applies to a device, for :class:`~..ingest.device.Device`.

        :return: ``f(Scope)`` → ``(limits, watches)``. Devices of the same scope share
            them; one with a normal of its own has limits of its own.
        """
        # sudo - iot.threshold: the listener applies the rules of all companies.
        ranking = self.sudo().search([("is_active", "=", True)])._to_ranking()
        normals = self.env["iot.device.normal"]._by_device()
        places = [place for place, _label in LOCATION_TYPES]
        shared = {}

        def in_force(device):
            scope = ranking.narrow(device)
            if scope not in shared:
                shared[scope] = by_place(ranking, scope, places)
            limits, relative, watches = shared[scope]
            own = normals.get(device.device)
            if own and any(relative.values()):
                limits = with_normals(limits, relative, own)
            return limits, watches

        return in_force

    @api.model
    def _normals_wanted(self):
        """:return: ``{(reading type, days): [device record id, …]}``"""
        # sudo - iot.threshold: of the rules of all companies.
        rules = self.sudo().search([("is_active", "=", True)])
        wanted = {}
        for rule in rules.filtered(lambda rule: rule.kind == "deviation"):
            devices = wanted.setdefault((rule.reading_type, rule.normal_days), set())
            devices.update(rule._find_devices().ids)
        return {key: sorted(devices) for key, devices in wanted.items()}

    def _devices_in_force(self):
        """The devices where no more specific rule wins."""
        self.ensure_one()
        ranking = self.env["iot.device"]._ranking()
        known = {}

        def is_in_force(device):
            scope = ranking.narrow(device._to_scope())
            if scope not in known:
                known[scope] = ranking.winning_ids(scope)
            return self.id in known[scope]

        return self._find_devices().filtered(is_in_force)

    def _find_devices(self):
        """Devices in all that this rule names, whether or not another one wins."""
        self.ensure_one()
        named = {
            "id": self.device_id.id,
            "profile_id": self.profile_id.id,
            "device_type": self.device_type != "all" and self.device_type,
            "farm_id": self.farm_id.id,
            "company_id": self.company_id.id,
        }
        domain = [(name, "=", value) for name, value in named.items() if value]
        return self.env["iot.device"].search([("state", "!=", "retired"), *domain])

    def _to_ranking(self):
        return Ranking(
            (Scoped(rule._to_rule(), rule._to_scope()) for rule in self),
            self.env["farm.tank"]._judged_device_ids(),
        )

    def _to_scope(self):
        self.ensure_one()
        return Scope(
            self.device_id.id or None,
            self.profile_id.id or None,
            self.location_type or None,
            None if self.device_type == "all" else self.device_type,
            self.farm_id.id or None,
            self.company_id.id or None,
        )

    def _to_rule(self):
        """:return: :class:`~..rules.rule.Rule`; of the kind ``deviation`` with
        multiples for limits, and ``window`` for the days of the normal"""
        self.ensure_one()
        window = timedelta(minutes=self.window_minutes)
        if self.kind == "deviation":
            window = timedelta(days=self.normal_days)
        return Rule(
            self.id,
            self.reading_type if self.kind in OF_READING else None,
            self._to_levels(),
            self.kind,
            self.deadband,
            timedelta(minutes=self.off_delay),
            self.repeat_count,
            timedelta(minutes=self.cooldown_minutes),
            timedelta(minutes=self.realarm),
            window,
        )

    def _to_levels(self):
        self.ensure_one()
        further = [level._to_level(self.kind) for level in self.level_ids]
        return to_level_of(self, self.kind), *further
