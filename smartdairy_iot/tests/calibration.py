"""Calibrations, for their tests."""

from datetime import timedelta

from .common import NOW

NAIVE = NOW.replace(tzinfo=None)
DAY = timedelta(days=1)


def make(case, applies=True, device=None, **vals):
    one = case.env["iot.calibration"].create(
        {
            "device_id": (device or case.sensor).id,
            "reading_type": "temperature",
            "valid_from": NAIVE - 30 * DAY,
            "reference_1": 4.0,
            "measured_1": 4.3,
            **vals,
        }
    )
    if applies:
        one.action_apply()
    return one
