from odoo import _, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_datetime

from .stock_lot import QUALITY

_ACTIVITY = "smartdairy_iot_stock.mail_activity_type_hold"


class StockLot(models.Model):
    """On hold and released again."""

    _inherit = "stock.lot"

    def _hold(self, reason, minutes=0.0):
        """Put those that are not on hold there, and ask quality to decide."""
        for lot in self.filtered(lambda lot: lot.iot_hold != "held"):
            # sudo - stock.lot: the tank's judgement or a trip does it for everybody.
            lot.sudo().write(
                {
                    "iot_hold": "held",
                    "iot_hold_reason": reason,
                    "iot_hold_since": fields.Datetime.now(),
                    "iot_hold_minutes": minutes,
                    "iot_release_reason": False,
                    "iot_released_by_id": False,
                    "iot_released_at": False,
                }
            )
            lot.sudo()._ask_quality(reason)

    def _release(self, reason):
        self._check_quality()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(_("Say why the milk may be used: it is kept with the lot."))
        for lot in self:
            if lot.iot_hold != "held":
                raise UserError(_("%(lot)s is not on hold.", lot=lot.display_name))
        # sudo - stock.lot: these fields are closed to all but this.
        self.sudo().write(
            {
                "iot_hold": "released",
                "iot_release_reason": reason,
                "iot_released_by_id": self.env.uid,
                "iot_released_at": fields.Datetime.now(),
            }
        )
        # sudo - mail.activity: also those of the others in the group.
        lots = self.sudo()
        lots.activity_feedback([_ACTIVITY], user_id=self.env.uid, feedback=reason)
        lots.activity_unlink([_ACTIVITY])

    def _check_quality(self):
        if not self.env.user.has_group(QUALITY):
            raise AccessError(
                _(
                    "Only “%(group)s” may do this: %(people)s.",
                    group=self._quality_name(),
                    people=self._quality_people(),
                )
            )
        self.check_access("write")

    def _quality_users(self):
        """Those who may release it, of its company."""
        self.ensure_one()
        users = self.env.ref(QUALITY).all_user_ids
        company = self.company_id
        return users.filtered(
            lambda user: (
                user.active
                and not user.share
                and (not company or company in user.company_ids)
                and user != self.env.ref("base.user_root")
            )
        )

    def _quality_people(self):
        # sudo - res.users: their names, for whoever has to ask them.
        names = self[:1].sudo()._quality_users().mapped("name") if self else []
        return ", ".join(names) or _("nobody yet; an administrator adds people to it")

    def _ask_quality(self, reason):
        for user in self._quality_users():
            self.activity_schedule(
                _ACTIVITY,
                summary=_("Lot on hold: release it or have it discarded"),
                note=reason,
                user_id=user.id,
            )

    def _check_may_leave(self):
        """:raise UserError: one of them is on hold"""
        # sudo - farm.tank: its name, for people of Inventory only.
        for lot in self.sudo():
            if lot.iot_hold != "held":
                continue
            raise UserError(
                _(
                    "%(lot)s of %(product)s is on hold since %(since)s and cannot "
                    "leave.\n%(reason)s\n%(origin)sIt may be moved inside, to "
                    "quarantine, or be scrapped. Released by “%(group)s”: %(people)s.",
                    lot=lot.name,
                    product=lot.product_id.display_name,
                    since=format_datetime(self.env, lot.iot_hold_since),
                    reason=lot.iot_hold_reason,
                    origin=lot._describe_origin(),
                    group=lot._quality_name(),
                    people=lot._quality_people(),
                )
            )

    def _describe_origin(self):
        if not self.iot_tank_id:
            return ""
        return _(
            "Tank: %(tank)s. Out of range: %(minutes)d min.\n",
            tank=self.iot_tank_id.name,
            minutes=round(self.iot_hold_minutes),
        )

    def action_release_hold(self):
        return self._decide("release")

    def action_put_on_hold(self):
        return self._decide("hold")

    def _decide(self, decision):
        self._check_quality()
        return {
            "type": "ir.actions.act_window",
            "name": _("Release") if decision == "release" else _("Put on Hold"),
            "res_model": "stock.lot.hold",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_lot_ids": self.ids,
                "default_decision": decision,
            },
        }
