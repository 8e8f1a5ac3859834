"""The statistics of fifty thousand alerts, inside of `odoo shell`.

Prints a line, and one JSON object with the figures. All is undone afterwards.
"""

import json
import time

from .percentile import percentile

ALERTS = 50_000
DEVICES, RULES, DAYS = 500, 20, 90
RUNS = 40
# Spread over the days, each with what an alert remembers of its rule.
FILL = """
INSERT INTO iot_alert (
    device_id, farm_id, company_id, threshold_id, kind, alert_type, severity, message,
    state, is_active, is_open, is_historic, peak_value, threshold_value, unit,
    started_at, acknowledged_at, cleared_at, resolved_at, rule_snapshot,
    create_uid, write_uid, create_date, write_date)
SELECT (%(devices)s::int[])[1 + n %% %(many)s], %(farm)s, %(company)s,
       (%(rules)s::int[])[1 + n / 7 %% %(kinds)s],
       'limit', 'high_temperature',
       (ARRAY['low', 'medium', 'high', 'critical'])[1 + n %% 4],
       'Temperature too high: 7.4 °C, limit 6 °C', 'resolved', false, false,
       n %% 50 = 0, 6 + (n %% 70) / 10.0, 6, '°C', began,
       CASE WHEN n %% 3 > 0 THEN began + (n %% 40) * interval '1 minute' END,
       began + (1 + n %% 200) * interval '1 minute',
       began + (1 + n %% 200) * interval '1 minute', %(snapshot)s,
       1, 1, began, began
  FROM (SELECT n, now() AT TIME ZONE 'UTC'
               - (n * 997 %% %(all)s) * interval '1 day' * %(days)s / %(all)s AS began
          FROM generate_series(1, %(all)s) AS n) AS numbers
"""
SNAPSHOT = {
    "name": "Bulk tank: 2 to 6 °C",
    "reading_type": "temperature",
    "levels": [{"severity": s, "max": m} for s, m in (("low", 4), ("high", 10))],
    "delays": {"on": 5, "off": 2, "cooldown": 30},
}


def main(env):
    """As a user of the farm sees them, by the record rules."""
    try:
        user, farm = fill(env)
        alerts = env["iot.alert"].with_user(user)
        figures = {}
        for name, farm_id in (("all", None), ("farm", farm.id)):
            took = [clock(alerts, farm_id) for _run in range(RUNS)][1:]
            figures[f"alert_statistics_{name}_p50_ms"] = percentile(took, 50)
            figures[f"alert_statistics_{name}_p95_ms"] = percentile(took, 95)
            print(
                f"alerts: statistics of {ALERTS:,}, {name}: p50"
                f" {percentile(took, 50):.0f}, p95 {percentile(took, 95):.0f} ms",
                flush=True,
            )
    finally:
        env.cr.rollback()
    print(json.dumps(figures), flush=True)


def fill(env):
    farm = env["farm.farm"].create({"name": "Bench statistics", "tz": "Europe/Berlin"})
    kind = {"device_type": "temperature", "farm_id": farm.id, "state": "active"}
    names = [f"BENCH-STAT-{number}" for number in range(DEVICES)]
    values = [{"name": name, "device_id": name, **kind} for name in names]
    devices = env["iot.device"].with_context(tracking_disable=True).create(values)
    rule = {"reading_type": "temperature", "farm_id": farm.id, "max_value": 6.0}
    rules = env["iot.threshold"].create(
        [{**rule, "name": f"Rule {number}"} for number in range(RULES)]
    )
    env.flush_all()
    # Raw SQL: what months have recorded, and would be checked one by one.
    env.cr.execute(
        FILL,
        {
            "devices": devices.ids,
            "many": DEVICES,
            "farm": farm.id,
            "company": farm.company_id.id,
            "rules": rules.ids,
            "kinds": RULES,
            "snapshot": json.dumps(SNAPSHOT),
            "all": ALERTS,
            "days": DAYS,
        },
    )
    env.cr.execute("ANALYZE iot_alert")
    env.invalidate_all()
    user = env["res.users"].create(
        {
            "name": "Bench manager",
            "login": "bench-statistics",
            "group_ids": [(6, 0, env.ref("smartdairy_iot.group_iot_manager").ids)],
        }
    )
    return user, farm


def clock(alerts, farm_id):
    alerts.env.invalidate_all()
    began = time.perf_counter()
    told = alerts.get_alert_statistics(90, farm_id)
    took = 1000 * (time.perf_counter() - began)
    count = sum(row["count"] for row in told["severities"])
    if count < ALERTS * 0.97:
        raise SystemExit(f"of {ALERTS:,} alerts {count:,} were counted")
    return took
