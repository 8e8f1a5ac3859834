from contextlib import contextmanager

from odoo import _, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..rules.kind import OF_READING

# Of others' devices, farms and companies nothing is told.
_SCOPE = {"device_id", "profile_id", "farm_id", "company_id"}


class IotThreshold(models.Model):
    """Try a rule on history, before it is saved."""

    _inherit = "iot.threshold"

    def try_on_history(self, values):
        """What the form shows now, tried on the last 30 days.

        :param values: what was changed in the form, as for ``write``; all of it if the
            rule is new
        :return: the action that shows the :class:`IotThresholdTrial`
        """
        self.check_access("read")
        self.browse().check_access("create")
        trial = self.env["iot.threshold.trial"].create(
            {"threshold_id": self.id, "rule_values": values}
        )
        trial._go_on()
        return trial._to_action()

    @contextmanager
    def _as_if_saved(self, values):
        """The rule with these values, checked like any other; then it never was."""
        # Nobody else sees it: the listener need not look again.
        rules = self.with_context(is_iot_trial=True)
        if self and not self.has_access("write") and _SCOPE.isdisjoint(values):
            self._require_visible(values)
            # sudo - iot.threshold: a manager of one company tries what all companies
            # share, on the devices they see; nothing of it stays.
            rules = rules.sudo()
        values = {"name": _("This rule"), **values} if not self else values
        if not self and not values["name"]:
            values["name"] = _("This rule")
        with self.env.cr.savepoint() as savepoint:
            if self:
                rules.write({**values, "is_active": True})
                rule = rules.sudo(self.env.su)
            else:
                rule = rules.create({**values, "is_active": True})
            if rule.kind not in OF_READING:
                raise UserError(
                    _(
                        "%(name)s watches the device itself: there are no readings to "
                        "try it on.",
                        name=rule.name,
                    )
                )
            yield rule
            savepoint.rollback()

    def _require_visible(self, values):
        """What the values name is this rule's, or may be read: it would be told of."""
        self.env["iot.schedule"].browse(values.get("schedule_id")).check_access("read")
        for command, record_id, *rest in values.get("level_ids", ()):
            named = rest[0] if command == Command.SET else [record_id]
            if command != Command.CREATE and set(filter(None, named)) - set(
                self.level_ids.ids
            ):
                raise AccessError(self.env._("A level of another rule is named."))
