import psycopg2

from odoo import _, models
from odoo.exceptions import UserError, ValidationError

from ..onboarding.plan import Ref

# What a constraint or a record rule says.
_REFUSALS = (UserError, ValidationError, psycopg2.IntegrityError)


class IotDeviceImport(models.TransientModel):
    """All of a plan in one savepoint."""

    _inherit = "iot.device.import"

    def _carry_out(self, plan):
        """:return: the batch
        :raise UserError: naming the row that was refused; nothing was done then
        """
        with self.env.cr.savepoint():
            made = self._create_devices(plan)
            created = self.env["iot.device"].concat(*made.values())
            updated = plan.of("update")
            self._update_devices(updated, made)
            batch = self.env["iot.device.batch"]._record(
                "import", created, changed=len(updated)
            )
            existing = [item.device for item in plan.items if item.device]
            self._move(created.with_context(tracking_disable=True))
            self._move(self.env["iot.device"].browse(existing))
            self.env.flush_all()
        return batch

    def _create_devices(self, plan):
        """Gateways first.

        :return: ``{row: device}``
        """
        # No mail for each of five hundred: the batch tells who made them and when.
        devices = self.env["iot.device"].with_context(tracking_disable=True)
        made = {}
        for items in plan.levels():
            vals_list = [
                devices._to_new_values(self._link(item.values, made)) for item in items
            ]
            created = self._try_all(
                list(zip(items, vals_list, strict=True)),
                lambda pairs: devices.create([vals for _item, vals in pairs]),
            )
            for item, device in zip(items, created, strict=True):
                made[item.row] = device.with_context(tracking_disable=False)
        in_order = (item.row for item in plan.of("create"))
        return {row: made[row] for row in in_order}

    def _update_devices(self, items, made):
        # Together, so that what one of them is asked is read for all.
        devices = self.env["iot.device"].browse(item.device for item in items)
        pairs = [
            (item, devices._to_written_values(self._link(item.values, made)))
            for item in items
        ]
        by_id = dict(zip(devices.ids, devices, strict=True))

        def write(some):
            for item, vals in some:
                by_id[item.device].write(vals)

        self._try_all(pairs, write)

    @staticmethod
    def _link(values, made):
        gateway = values.get("gateway")
        if isinstance(gateway, Ref):
            return values | {"gateway": made[gateway.row].id}
        return values

    def _try_all(self, pairs, do):
        """Do it in one go; when that is refused, find the row and say it.

        :param pairs: ``[(item, values)]``
        """
        if not pairs:
            return self.env["iot.device"]
        try:
            return self._attempt(pairs, do)
        except _REFUSALS as error:
            row, refusal = self._find_refused(pairs, do, error)
        raise UserError(
            _(
                "Row %(row)s (%(device)s) was refused, so that nothing was imported: "
                "%(reason)s",
                row=row.row,
                device=row.title,
                reason=_to_reason(self.env, refusal),
            )
        )

    def _find_refused(self, pairs, do, refusal):
        """Halves them until one is left.

        :return: ``(item, why)``
        """
        while len(pairs) > 1:
            half = len(pairs) // 2
            try:
                self._attempt(pairs[:half], do, keep=False)
            except _REFUSALS as smaller:
                pairs, refusal = pairs[:half], smaller
            else:
                pairs = pairs[half:]
        return pairs[0][0], refusal

    def _attempt(self, pairs, do, keep=True):
        """:param keep: False: only to see whether it would be refused"""
        savepoint = self.env.cr.savepoint()
        try:
            done = do(pairs)
            self.env.flush_all()
        except Exception:
            savepoint.close(rollback=True)
            raise
        savepoint.close(rollback=not keep)
        return done

    def _move(self, devices):
        if self.target_state == "draft":
            return
        devices.filtered(lambda device: device.state == "draft").action_register()
        if self.target_state == "active":
            new = devices.filtered(lambda device: device.state == "registered")
            new.action_activate()


def _to_reason(env, refusal):
    if isinstance(refusal, psycopg2.IntegrityError):
        return env["iot.device"]._sql_error_to_message(refusal)
    return refusal.args[0] if refusal.args else str(refusal)
