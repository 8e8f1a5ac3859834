import json
from datetime import timedelta

import pytest

from smartdairy_iot.alerts.snapshot import to_band, to_snapshot
from smartdairy_iot.rules.rule import Level, Rule

RULE = Rule(
    7,
    "temperature",
    (Level("medium", 2.0, 6.0, timedelta(minutes=10)), Level("critical", None, 11.0)),
    deadband=0.2,
    off_delay=timedelta(minutes=5),
)


def test_a_snapshot_is_json_and_keeps_every_level():
    snapshot = json.loads(json.dumps(to_snapshot("Storage", RULE, "°C")))
    assert (snapshot["name"], snapshot["kind"]) == ("Storage", "limit")
    assert (snapshot["deadband"], snapshot["off_delay"]) == (0.2, 300.0)
    assert snapshot["levels"] == [
        {"severity": "medium", "low": 2.0, "high": 6.0, "on_delay": 600.0},
        {"severity": "critical", "low": None, "high": 11.0, "on_delay": 0.0},
    ]


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (2.0, 6.0, "2 – 6 °C"),
        (None, 6.5, "≤ 6.5 °C"),
        (-1.0, None, "≥ -1 °C"),
        (None, None, ""),
    ],
)
def test_limits_read_as_a_band(low, high, text):
    assert to_band(low, high, "°C") == text
