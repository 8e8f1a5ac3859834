from odoo import _, api, models
from odoo.exceptions import UserError

_ACTIVITY = "smartdairy_iot.mail_activity_type_alert"


class IotAlert(models.Model):
    """Who takes care of an alert: a person, and an activity among theirs."""

    _inherit = "iot.alert"

    @api.model_create_multi
    def create(self, vals_list):
        alerts = super().create(vals_list)
        alerts.filtered("assigned_id")._move_activities()
        return alerts

    def write(self, vals):
        if "assigned_id" not in vals:
            return super().write(vals)
        user = self.env["res.users"].browse(vals["assigned_id"] or ())
        moved = self.filtered(lambda alert: alert.assigned_id != user)
        moved._require_assignable(user)
        done = super().write(vals)
        moved._move_activities()
        moved._send_bus()  # boards show who takes care of it
        return done

    def _require_assignable(self, user):
        for alert in self:
            if not alert.is_open:
                raise UserError(
                    _(
                        "The alert “%(message)s” has ended and cannot be assigned.",
                        message=alert.message,
                    )
                )
        if user and self._unseen_by(user):
            # sudo - res.users, farm.farm: their names, to say what is wrong.
            raise UserError(
                _(
                    "%(user)s cannot see the alerts of %(farm)s. Choose somebody else, "
                    "or add them to the allowed users of the farm.",
                    user=user.sudo().name,
                    farm=self._unseen_by(user).sudo().farm_id[:1].name,
                )
            )

    def _unseen_by(self, user):
        # sudo - res.users: the companies of whom it is given to.
        companies = user.sudo().company_ids.ids
        seen = self.with_user(user).with_context(allowed_company_ids=companies)
        return self - self.browse(seen._filtered_access("read").ids)

    def _move_activities(self):
        """Each open alert has one activity, of the person it is assigned to."""
        for user, alerts in self.grouped("assigned_id").items():
            if not user:
                alerts.activity_unlink([_ACTIVITY])
                continue
            moved = alerts.activity_search([_ACTIVITY])
            moved.write({"user_id": user.id})
            for alert in alerts.filtered(
                lambda a, m=moved: a.id not in m.mapped("res_id")
            ):
                alert.activity_schedule(
                    _ACTIVITY,
                    summary=_("Alert: %(message)s", message=alert.message),
                    user_id=user.id,
                )

    def _end(self, state, **vals):
        super()._end(state, **vals)
        labels = dict(self._fields["state"]._description_selection(self.env))
        self.activity_feedback([_ACTIVITY], feedback=labels[state])
