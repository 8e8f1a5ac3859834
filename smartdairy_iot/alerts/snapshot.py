"""A rule as it was when an alert began, as JSON that outlives the rule. Pure."""


def to_snapshot(name, rule, unit=""):
    """
    :param rule: a :class:`~..rules.rule.Rule`
    :return: ``{name, kind, reading_type, unit, levels: [{severity, low, high,
        on_delay}], deadband, off_delay, repeat_count, window, cooldown, realarm}``;
        times are seconds, what does not apply is null or 0
    """
    return {
        "name": name,
        "kind": rule.kind,
        "reading_type": rule.reading_type,
        "unit": unit,
        "levels": [
            {
                "severity": level.severity,
                "low": level.low,
                "high": level.high,
                "on_delay": level.on_delay.total_seconds(),
            }
            for level in rule.levels
        ],
        "deadband": rule.deadband,
        "off_delay": rule.off_delay.total_seconds(),
        "repeat_count": rule.repeat_count,
        "window": rule.window.total_seconds(),
        "cooldown": rule.cooldown.total_seconds(),
        "realarm": rule.realarm.total_seconds(),
    }


def to_band(low, high, unit=""):
    """``2 – 6 °C``, ``≤ 6 °C``, ``≥ 2 °C``, or nothing."""
    if low is None and high is None:
        return ""
    if high is None:
        text = f"≥ {low:g}"
    elif low is None:
        text = f"≤ {high:g}"
    else:
        text = f"{low:g} – {high:g}"
    return f"{text} {unit}".strip()
