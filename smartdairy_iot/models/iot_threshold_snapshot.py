from datetime import timedelta

from odoo import models

from ..alerts.snapshot import to_snapshot
from ..ingest.codec.number import unit_of
from ..rules.rule import Level, Rule


class IotThreshold(models.Model):
    """What an alert remembers of its rule."""

    _inherit = "iot.threshold"

    def _to_snapshot(self):
        """:return: see :func:`~..alerts.snapshot.to_snapshot`"""
        self.ensure_one()
        levels = [self._to_level(self.severity, 0)]
        if self.far_severity:
            levels.append(self._to_level(self.far_severity, self.far_margin))
        rule = Rule(
            self.id,
            self.reading_type,
            tuple(levels),
            deadband=self.deadband,
            cooldown=timedelta(minutes=self.cooldown_minutes),
        )
        return to_snapshot(self.name, rule, unit_of(self.reading_type))

    def _to_level(self, severity, margin):
        return Level(
            severity,
            self.min_value - margin if self.use_min else None,
            self.max_value + margin if self.use_max else None,
        )
