"""Room 8, for the devices themselves: offline, silent, failing, drifting …

They fire without any new message, so they are looked at every minute, and when the
listener hears of a change. The state machine is that of the readings. How fast a value
moves is looked at here, too: it takes more than one reading to tell.
"""

from datetime import datetime, timedelta, timezone

from odoo import _, api, models

from ..errors import another_time
from ..rules.case import Case, Live, standing
from ..rules.present import runs_now

_OVERLAP = timedelta(seconds=30)
_NEVER_HEARD = Live()


class IotAlert(models.Model):
    _inherit = "iot.alert"

    @api.model
    @another_time
    def _cron_evaluate_conditions(self):
        """Open, change and clear alerts of what is no single reading."""
        now = datetime.now(timezone.utc)
        watermark = self.env["iot.rule.watermark"]._lock("conditions")
        since = watermark.received_at.replace(tzinfo=timezone.utc) - _OVERLAP
        by_kind = self._watched_cases()
        moves = by_kind.pop("rate", [])
        health = self.env["iot.device.health"]
        conditions = {kind: health._conditions(kind) for kind in by_kind}
        for kind, cases in by_kind.items():
            if kind == "no_data":
                cases = _unexplained(cases, conditions.get("offline", {}))
            self._judge_conditions(cases, conditions[kind], now)
        self._each_rule(lambda part: self._judge_moves(part, since, now), moves)
        watermark.received_at = now.replace(tzinfo=None)

    @api.model
    def _wake_conditions(self):
        self.env["ir.cron"]._wake_once("smartdairy_iot.ir_cron_evaluate_conditions")

    @api.model
    def _watched_cases(self):
        """``{kind: [Case, …]}`` of all that is in force and is no single reading."""
        watches = self.env["iot.rule.watch"]._all(of_readings=False)
        rows = {row.pair: row for row in self._open_rows()}
        fleet = self.env["iot.device"]._get_listener_map()
        live = self._live([device.id for device in fleet.values()])
        by_kind, in_force = {}, set()
        for device in fleet.values():
            if not device.is_active:
                continue
            known = live.get(device.id, _NEVER_HEARD)
            for (kind, _type), rules in device.watches_at(known.location_type).items():
                cases = by_kind.setdefault(kind, [])
                for rule in rules:
                    pair = device.id, rule.threshold_id
                    in_force.add(pair)
                    of_pair = rows.get(pair), watches.get(pair), []
                    cases.append(Case(device, rule, known, *of_pair))
        self.env["iot.rule.watch"]._replace(
            {pair: None for pair in watches if pair not in in_force}, of_readings=False
        )
        return by_kind

    # Conditions -------------------------------------------------------------------

    @api.model
    def _judge_conditions(self, cases, conditions, now):
        """Nearly all devices are well: those cost one comparison.

        :param conditions: ``{id of device: Condition}`` of the kind of these rules
        """
        unknown = [c for c in cases if c.alert and c.device.id not in conditions]
        self.browse(case.alert.id for case in unknown)._end_because(
            _("It can no longer be told of this device.")
        )
        asked = [
            case
            for case in cases
            if (found := conditions.get(case.device.id))
            and (case.alert or case.watch or case.rule.side(found.value(case.rule)))
        ]
        failed = self._each_rule(
            lambda part: self._judge_present(part, conditions, now),
            self._with_past(asked),
        )
        ids = {case.rule.threshold_id for case in asked}
        self.env["iot.threshold"]._succeeded(ids - failed)

    @api.model
    def _judge_present(self, cases, conditions, now):
        verdicts = []
        for case in cases:
            found = conditions[case.device.id]
            value = found.value(case.rule)
            runs = runs_now(case.rule, value, found.since, case, now)
            verdicts.append((case, case.judge(runs, now)))
        self._apply(verdicts, standing(cases), now, conditions)

    # How fast a value moves -------------------------------------------------------

    @api.model
    def _judge_moves(self, cases, since, now):
        """The store compares each reading with those of the rule's window before it."""
        cases = self._with_past(cases)
        asked = [(case, start) for case in cases if (start := case.moves_from(since))]
        runs = self._read(asked)
        verdicts = [(case, case.judge(runs[case.pair], now)) for case, _start in asked]
        self._apply(verdicts, standing(cases), now)


def _unexplained(cases, offline):
    """That a device which is offline sends no data is no second alert."""
    gone = {device_id for device_id, found in offline.items() if found.holds}
    return [case for case in cases if case.alert or case.device.id not in gone]
