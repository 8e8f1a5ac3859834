"""“Far Outside” of a rule becomes its second level; batteries are no readings."""

from odoo import SUPERUSER_ID, api

_SEVERITIES = ("low", "medium", "high", "critical")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    # Raw SQL: the two columns are of no field any more.
    cr.execute(
        "SELECT id, far_margin, far_severity FROM iot_threshold"
        " WHERE far_margin > 0 AND far_severity IS NOT NULL"
    )
    far = {row[0]: row[1:] for row in cr.fetchall()}
    rules = env["iot.threshold"].browse(far)
    env["iot.threshold.level"].create(
        [
            _to_level(rule, float(margin), severity)
            for rule in rules
            for margin, severity in [far[rule.id]]
            # Not more severe, it never made a difference.
            if _SEVERITIES.index(severity) > _SEVERITIES.index(rule.severity)
        ]
    )
    _give_off_delay(env)
    _to_conditions(env)


def _to_level(rule, margin, severity):
    return {
        "threshold_id": rule.id,
        "severity": severity,
        "use_min": rule.use_min,
        "use_max": rule.use_max,
        "min_value": rule.use_min and rule.min_value - margin,
        "max_value": rule.use_max and rule.max_value + margin,
    }


def _give_off_delay(env):
    """The rules that came with the add-on; nobody can have chosen one yet."""
    for place in ("raw_milk", "pasteurized", "transport", "storage", "default"):
        rule = env.ref(
            f"smartdairy_iot.iot_threshold_temperature_{place}",
            raise_if_not_found=False,
        )
        if rule:
            rule.off_delay = 2.0


def _to_conditions(env):
    """Rules on battery or signal never fired: those are told of the device itself."""
    for kind in ("battery", "signal"):
        rules = env["iot.threshold"].search(
            [("kind", "=", "limit"), ("reading_type", "=", kind)]
        )
        of_minimum = rules.filtered("use_min")
        of_minimum.level_ids.unlink()
        of_minimum.write({"kind": kind, "reading_type": False, "use_max": False})
