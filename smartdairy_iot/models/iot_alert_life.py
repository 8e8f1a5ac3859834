from datetime import datetime, timedelta, timezone

from odoo import SUPERUSER_ID, _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..alerts.outside import minutes_so_far
from ..rules.kind import OF_READING
from .iot_alert import CAUSES

# All else changes by what the rules find, and by the methods below.
_EDITABLE = {"assigned_id", "cause", "cause_note", "corrective_action"}
_OF_MAIL = ("message_", "activity_")
REPORT = ("cause", "cause_note", "corrective_action")
_SEEN = ("acknowledged_at", "acknowledged_by")


class IotAlert(models.Model):
    """From new to its end: what people do, and what the rules ask for."""

    _inherit = "iot.alert"

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._as_it_begins(vals) for vals in vals_list])

    @api.model
    def _as_it_begins(self, vals):
        vals = dict(vals)
        if vals.get("is_historic"):
            vals.setdefault("resolved_at", fields.Datetime.now())
            vals |= {"state": "resolved", "is_active": False}
        elif vals.get("is_active", True) and vals.get("state", "new") == "new":
            vals.setdefault("active_since", vals.get("started_at"))
        if vals.get("threshold_id") and "rule_snapshot" not in vals:
            rule = self.env["iot.threshold"].browse(vals["threshold_id"])
            vals["rule_snapshot"] = rule._to_snapshot()
        return vals

    def write(self, vals):
        if not self.env.su:
            self._require_editable(vals)
        done = super().write(vals)
        if not self.env.su and not vals.keys().isdisjoint(REPORT):
            self.filtered("acknowledged_at")._require_report({})
        return done

    def _require_editable(self, vals):
        for name in vals.keys() - _EDITABLE:
            if not name.startswith(_OF_MAIL):
                raise AccessError(
                    _(
                        "“%(field)s” of an alert cannot be edited. Acknowledge, "
                        "resolve or dismiss the alert instead.",
                        field=self._fields[name].string,
                    )
                    if name in self._fields
                    else _("An alert has no field “%(field)s”.", field=name)
                )

    # What people do ---------------------------------------------------------------

    def action_acknowledge(self, cause=None, corrective_action=None, cause_note=None):
        """Seen. It ends now if the condition has cleared, else when it does.

        :param cause: a key of ``CAUSES``; needed, as is the corrective action, where
            the farm's HACCP setting asks for it
        :raise UserError: one of them has ended
        :raise ValidationError: the cause or the corrective action is lacking
        """
        self._require_open(_("acknowledged"))
        pending = self.filtered(lambda alert: alert.state == "new")
        report = pending._require_report(_given(cause, corrective_action, cause_note))
        pending._write_life(report | {"state": "acknowledged"} | self._seen_now())
        ended = pending._end_if_cleared()
        (pending - ended)._announce("acknowledged")
        ended._announce("resolved")
        return True

    def action_resolve(self, cause=None, corrective_action=None, cause_note=None):
        """Done with, even if the condition holds; it may then open anew.

        Parameters and errors as of :meth:`action_acknowledge`.
        """
        self._require_open(_("resolved"))
        report = self._require_report(_given(cause, corrective_action, cause_note))
        if report:
            self._write_life(report)
        unseen = self.filtered(lambda alert: not alert.acknowledged_at)
        unseen._end("resolved", **self._seen_now())
        (self - unseen)._end("resolved")
        self._announce("resolved")
        return True

    def action_dismiss(self, reason=None):
        """No alert at all, such as a test of the probe.

        :param reason: why, in a few words
        :raise ValidationError: there is no reason
        """
        self._require_open(_("dismissed"))
        reason = (reason or "").strip()
        if not reason:
            raise ValidationError(
                _("Say why the alert is dismissed: give a reason in a few words.")
            )
        self._end("dismissed", dismiss_reason=reason)
        self._announce("dismissed")
        return True

    def _require_open(self, what):
        self.check_access("write")
        for alert in self:
            if not alert.is_open:
                raise UserError(
                    _(
                        "The alert “%(message)s” has ended and cannot be %(what)s. If "
                        "the condition still holds, a new alert opens by itself; what "
                        "is left to say can be written below the alert.",
                        message=alert.message,
                        what=what,
                    )
                )

    def _require_report(self, given):
        """Where HACCP asks for it: a cause, said more closely if “other”, and what was
        done.

        :param given: ``{field: value}`` that is about to be written
        :return: given
        """
        for alert in self.filtered("needs_report"):
            report = {name: given.get(name, alert[name]) for name in REPORT}
            if alert._is_complete(report):
                continue
            raise ValidationError(
                _(
                    "“%(message)s” on %(device)s needs a cause and a corrective action:"
                    " the HACCP setting of %(farm)s asks for them. The cause “Other” "
                    "also needs its details.",
                    message=alert.message,
                    device=alert.device_id.name,
                    farm=alert.farm_id.name,
                )
            )
        return given

    def _is_complete(self, report):
        is_told = report["cause"] != "other" or (report["cause_note"] or "").strip()
        action = (report["corrective_action"] or "").strip()
        return bool(report["cause"] and is_told and action)

    def _seen_now(self):
        return {
            "acknowledged_at": fields.Datetime.now(),
            "acknowledged_by": self.env.uid,
        }

    def _write_life(self, vals):
        # sudo - iot.alert: by the methods of its life cycle only, which check access.
        return self.sudo().write(vals)

    # What the rules ask for -------------------------------------------------------

    def _ask_again(self):
        """An acknowledgement no longer holds: it is worse now, or lasts too long.

        What was said of it stays in the chatter. Announces nothing.

        :return: those that are new again
        """
        seen = self.filtered(lambda alert: alert.state == "acknowledged")
        seen._log_each({alert.id: alert._describe_acknowledgement() for alert in seen})
        seen._write_life(
            {"state": "new"} | dict.fromkeys((*_SEEN, *REPORT), False),
        )
        return seen

    def _describe_acknowledgement(self):
        """What an acknowledgement said, before it is emptied."""
        labels = dict(self._fields["cause"]._description_selection(self.env))
        said = (labels.get(self.cause), self.cause_note, self.corrective_action)
        return _(
            "Asks for a new acknowledgement. That of %(user)s (%(time)s UTC) said: "
            "%(said)s",
            # sudo - res.users: the name of a colleague.
            user=self.acknowledged_by.sudo().name,
            time=fields.Datetime.to_string(self.acknowledged_at),
            said=", ".join(filter(None, said)) or _("seen"),
        )

    def _end_if_cleared(self):
        ended = self.filtered(
            lambda alert: alert.state == "acknowledged" and not alert.is_active
        )
        ended._end("resolved")
        return ended

    def _end(self, state, **vals):
        """The one way to end, for people and rules alike. Announces nothing."""
        # With its fraction: what is measured later in that second belongs to the next.
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        self._stop_clock(self._by_its_clock(now))
        by = self.env.uid if self.env.uid != SUPERUSER_ID else False
        self._write_life(vals | {"state": state, "resolved_at": now, "resolved_by": by})

    def _by_its_clock(self, moment):
        """``{alert: the moment by the clock that its times are of}``: what was measured
        bears the device's.
        """
        # sudo - iot.device: how far its clock is off, whoever ends the alert.
        ahead = {
            alert: alert.kind in OF_READING and alert.sudo().device_id.clock_offset
            for alert in self
        }
        return {alert: moment + timedelta(seconds=s) for alert, s in ahead.items()}

    def _stop_clock(self, at):
        """:param at: ``{alert: when}``"""
        self._write_each(
            {
                alert: {
                    "outside_minutes": minutes_so_far(
                        alert.outside_minutes, alert.active_since, at[alert]
                    ),
                    "active_since": None,
                }
                for alert in self.filtered("active_since")
            }
        )

    def _write_each(self, vals_by_alert):
        """Values of its own for each of many, of no field that is tracked or told to
        the history: one statement, where ``write`` takes a millisecond for each.
        """
        alerts = self.browse(alert.id for alert in vals_by_alert)
        names = {name for vals in vals_by_alert.values() for name in vals}
        alerts.flush_recordset(names)
        alerts._write_multi(list(vals_by_alert.values()))
        alerts.invalidate_recordset(names, flush=False)
        alerts.modified(names)

    def _log_each(self, bodies):
        self._message_log_batch(bodies)


def _given(cause, corrective_action, cause_note):
    """``{field: value}`` of what was given; whitespace counts as nothing."""
    if cause and cause not in dict(CAUSES):
        raise ValidationError(
            _(
                "“%(cause)s” is no cause. There are: %(known)s.",
                cause=cause,
                known=", ".join(dict(CAUSES)),
            )
        )
    given = {
        "cause": cause,
        "cause_note": (cause_note or "").strip(),
        "corrective_action": (corrective_action or "").strip(),
    }
    return {name: value for name, value in given.items() if value}
