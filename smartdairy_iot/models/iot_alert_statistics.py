from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import formatLang

from ..alerts.hints import BRIEF, PAUSES, Noise, Settings, hint_of
from ..zone import to_zone

_MOST_DAYS = 366
_TOP = 10


class IotAlert(models.Model):
    """How alerts went: how soon they were seen and over, and which are only noise."""

    _inherit = "iot.alert"

    @api.model
    def get_alert_statistics(self, days=90, farm_id=None):
        """Of the alerts that began in the last days, historic ones left out.

        :param days: 1 to 366
        :param farm_id: a farm's id; None for all that one may see
        :return: ``{days, severities, devices, rules, by_day}``; minutes are None where
            nothing was acknowledged or cleared
        """
        days = max(1, min(int(days), _MOST_DAYS))
        since = fields.Datetime.now() - timedelta(days=days)
        domain = [("started_at", ">=", since), ("is_historic", "=", False)]
        if farm_id:
            domain.append(("farm_id", "=", int(farm_id)))
        self.flush_model()
        # Raw SQL: means of differences, and what came before, no aggregate has.
        alerts = self._search(domain, order="").select(SQL(_COLUMNS))
        sums = self._rows(_SUMS, alerts, tz=self._statistics_zone(farm_id))
        of_devices = [row for row in sums if row["device_id"]]
        of_rules = [row for row in sums if row["threshold_id"]]
        return {
            "days": days,
            "severities": [row for row in sums if row["severity"] and not row["day"]],
            "devices": self._worst(of_devices),
            "rules": self._noisiest_rules(domain, of_rules),
            "by_day": [row for row in sums if row["day"]],
        }

    def _rows(self, query, alerts, **asked):
        return self.env.execute_query_dict(SQL(query, alerts=alerts, **asked))

    def _worst(self, of_devices):
        of_devices.sort(key=lambda row: (-row["count"], row["device_id"]))
        worst = of_devices[:_TOP]
        devices = self.env["iot.device"].browse(row["device_id"] for row in worst)
        names = {device.id: device.display_name for device in devices}
        return [
            {
                "device_id": row["device_id"],
                "name": names[row["device_id"]],
                "count": row["count"],
                "severe": row["severe"],
                "minutes": row["minutes"],
            }
            for row in worst
        ]

    def _noisiest_rules(self, domain, of_rules):
        of_rules.sort(key=lambda row: (-row["count"], row["threshold_id"]))
        noisiest = [row["threshold_id"] for row in of_rules[:_TOP]]
        told = self._search([*domain, ("threshold_id", "in", noisiest)], order="")
        rows = self._rows(
            _RULES,
            told.select(SQL(_COLUMNS)),
            lasted_under=_counts(SQL("to_clear"), BRIEF),
            came_within=_counts(SQL("pause"), PAUSES),
            at_once=PAUSES[0],
        )
        rules = self.env["iot.threshold"].browse(row["threshold_id"] for row in rows)
        known = {rule.id: rule for rule in rules._filtered_access("read")}
        return [
            {
                "threshold_id": row["threshold_id"],
                "name": known[row["threshold_id"]].name,
                "count": row["count"],
                "dismissed": row["dismissed"],
                "median_minutes": row["median_minutes"],
                "hint": self._describe_hint(known[row["threshold_id"]], row),
            }
            for row in rows
            if row["threshold_id"] in known
        ]

    def _describe_hint(self, rule, row):
        """What to change, in a sentence with its reason; False: nothing."""
        noise = Noise(
            row["count"],
            row["dismissed"],
            tuple(row["lasted_under"]),
            tuple(row["came_within"]),
            row["overshoot"],
        )
        now = Settings(
            rule.on_delay,
            rule.cooldown_minutes,
            rule.deadband,
            rule.kind == "limit",
        )
        hint = hint_of(noise, now)
        return hint and {
            "kind": hint.kind,
            "value": hint.value,
            "text": self._hint_in_words(hint, row["count"]),
        }

    def _hint_in_words(self, hint, total):
        said = {"count": hint.count, "total": total, "within": hint.within}
        said["value"] = hint.value
        match hint.kind:
            case "on_delay":
                return self.env._(
                    "Raise the on-delay to %(value)s min: %(count)s of %(total)s "
                    "alerts lasted less than %(within)s min.",
                    **said,
                )
            case "deadband":
                said["value"] = formatLang(self.env, hint.value, digits=2)
                return self.env._(
                    "Widen the hysteresis (deadband) to %(value)s: %(count)s of "
                    "%(total)s alerts came back within %(within)s min.",
                    **said,
                )
            case "cooldown":
                return self.env._(
                    "Set a cooldown of %(value)s min: %(count)s of %(total)s alerts "
                    "came within %(within)s min of the last one's end.",
                    **said,
                )
        return self.env._(
            "Check its limit: people dismissed %(count)s of %(total)s alerts.", **said
        )

    def _statistics_zone(self, farm_id):
        """Days are those of the farm's calendar; of several, of the user's."""
        farm = self.env["farm.farm"].search([("id", "=", farm_id)])
        return str(to_zone(farm.tz or self.env.user.tz or "UTC"))


def _counts(minutes, steps):
    """SQL of how many are under each of them."""
    return SQL(", ").join(
        SQL("count(*) FILTER (WHERE %s < %s)", minutes, step) for step in steps
    )


# Of extract, which gives exact decimals, fifty thousand take a quarter of a second.
_COLUMNS = """
iot_alert.id, iot_alert.device_id, iot_alert.threshold_id, iot_alert.severity,
iot_alert.state, iot_alert.started_at, iot_alert.cleared_at, iot_alert.peak_value,
iot_alert.threshold_value,
date_part('epoch', iot_alert.acknowledged_at - iot_alert.started_at) / 60
    AS to_acknowledge,
date_part('epoch', iot_alert.cleared_at - iot_alert.started_at) / 60
    AS to_clear
"""
# In one pass: of each severity, device, rule, and of each day and severity.
_SUMS = """
SELECT severity, device_id, threshold_id, day::text, count(*) AS count,
       count(to_acknowledge) AS acknowledged,
       avg(to_acknowledge) AS acknowledge_minutes,
       count(to_clear) AS cleared, avg(to_clear) AS clear_minutes,
       sum(to_clear) AS minutes,
       count(*) FILTER (WHERE severity IN ('high', 'critical')) AS severe
  FROM (SELECT *, (started_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day
          FROM (%(alerts)s) AS alerts) AS alerts
 GROUP BY GROUPING SETS ((severity), (device_id), (threshold_id), (day, severity))
 ORDER BY day, severity
"""
# Of the noisiest rules alone each alert is looked at beside the one before it.
_RULES = """
WITH told AS (
    SELECT threshold_id, state, to_clear, abs(peak_value - threshold_value) AS beyond,
           date_part('epoch', started_at - lag(cleared_at) OVER (
               PARTITION BY threshold_id, device_id ORDER BY started_at, id
           )) / 60 AS pause
      FROM (%(alerts)s) AS alerts
)
SELECT threshold_id, count(*) AS count,
       count(*) FILTER (WHERE state = 'dismissed') AS dismissed,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY to_clear) AS median_minutes,
       ARRAY[%(lasted_under)s] AS lasted_under,
       ARRAY[%(came_within)s] AS came_within,
       percentile_cont(0.75) WITHIN GROUP (ORDER BY beyond)
           FILTER (WHERE pause < %(at_once)s) AS overshoot
  FROM told GROUP BY threshold_id ORDER BY count DESC, threshold_id
"""
