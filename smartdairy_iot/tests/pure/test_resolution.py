from smartdairy_iot.readings.resolution import MOST, resolution

MINUTE, HOUR, DAY = 60, 3600, 86400
SPANS = [
    2 * MINUTE,
    HOUR,
    6 * HOUR,
    DAY,
    3 * DAY,
    7 * DAY,
    30 * DAY,
    90 * DAY,
    400 * DAY,
]


def test_no_curve_has_more_than_a_thousand_points():
    for span in SPANS:
        bucket = resolution(span, 1).bucket
        assert span / (DAY if bucket == "day" else bucket) < MOST


def test_minutes_are_shown_reading_by_reading():
    assert resolution(10 * MINUTE, 1).bucket == 1


def test_days_are_made_of_rollups_and_never_of_readings():
    for span in SPANS[4:]:
        bucket = resolution(span, 1).bucket
        assert bucket == "day" or bucket % 900 == 0


def test_a_slow_device_has_no_gap_between_its_readings():
    assert resolution(HOUR, 300).gap > 300
    assert resolution(HOUR, 1).gap < MINUTE
