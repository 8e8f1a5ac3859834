from odoo import _, models

from .iot_alert_life import REPORT


class IotAlert(models.Model):
    """The buttons of form and list: for one alert, or for all that are selected.

    They ask for what is lacking, do what can be done, and say what could not. The
    methods of the life cycle behind them do all or nothing.
    """

    _inherit = "iot.alert"

    def action_acknowledge_selected(self):
        waiting = self.filtered(lambda alert: alert.state == "new")
        if not waiting:
            self._require_open(_("acknowledged"))
        if any(waiting.mapped("needs_report")):
            return self._ask_report(_("Acknowledge"))
        return self._acknowledge_open()

    def action_resolve_selected(self):
        if len(self) == 1:
            self._require_open(_("resolved"))
        going = self.filtered("is_open")
        if any(
            not alert._is_complete(alert) for alert in going.filtered("needs_report")
        ):
            return self._ask_report(_("Resolve"), default_is_resolved=True)
        return self._resolve_open()

    def action_dismiss_selected(self):
        if len(self) == 1:
            self._require_open(_("dismissed"))
        return self._open_wizard("iot.alert.dismiss", _("Dismiss"))

    def action_assign_selected(self):
        if len(self) == 1:
            self._require_open(_("assigned"))
        return self._open_wizard("iot.alert.assign", _("Assign"))

    def action_assign_to_me(self):
        self._require_open(_("assigned"))
        self.assigned_id = self.env.user
        return True

    def _acknowledge_open(self, **report):
        ended = self.filtered(lambda alert: not alert.is_open)
        waiting = self.filtered(lambda alert: alert.state == "new")
        waiting.action_acknowledge(**report)
        seen = len(self) - len(waiting) - len(ended)
        return self._answer(
            waiting and _("%(count)s acknowledged", count=len(waiting)),
            seen and _("%(count)s had been acknowledged already", count=seen),
            ended,
        )

    def _resolve_open(self, **report):
        going = self.filtered("is_open")
        going.action_resolve(**report)
        return self._answer(
            going and _("%(count)s resolved", count=len(going)), "", self - going
        )

    def _dismiss_open(self, reason):
        going = self.filtered("is_open")
        going.action_dismiss(reason)
        return self._answer(
            going and _("%(count)s dismissed", count=len(going)), "", self - going
        )

    def _assign_open(self, user):
        going = self.filtered("is_open")
        going.assigned_id = user
        return self._answer(
            going and _("%(count)s assigned", count=len(going)), "", self - going
        )

    def _answer(self, done, already, ended):
        """What became of the selection, unless it was a single one and went well."""
        had_ended = ended and _("%(count)s had ended already", count=len(ended))
        parts = [part for part in (done, already, had_ended) if part]
        if len(self) == 1 and done:
            return {"type": "ir.actions.act_window_close"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": ", ".join(parts),
                "type": "warning" if len(parts) > 1 else "success",
                # Closes a dialog, and lets the list behind it show what is new.
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _ask_report(self, name, **context):
        if len(self) == 1:  # what was entered in the form already
            context |= {f"default_{field}": self[field] for field in REPORT}
        return self._open_wizard("iot.alert.acknowledge", name, **context)

    def _open_wizard(self, model, name, **context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_alert_ids": self.ids, **context},
        }
