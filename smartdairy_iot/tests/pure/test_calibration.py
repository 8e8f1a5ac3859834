"""Which calibration counts for a reading, and what it makes of it."""

import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.calibration.fit import (
    LIMITS,
    FitError,
    Line,
    Point,
    find_excess,
    one_point,
    two_points,
)
from smartdairy_iot.calibration.version import Version, apply, calibrate, in_force
from smartdairy_iot.ingest.codec.number import READING_TYPES
from smartdairy_iot.ingest.device import Fleet
from smartdairy_iot.ingest.interpret import Interpreter
from smartdairy_iot.ingest.message import Fault
from smartdairy_iot.ingest.rows import to_rows
from smartdairy_iot.tests.pure.builders import (
    NOW,
    at,
    make_device,
    make_message,
    make_rule,
    make_sample,
)

WEEK = timedelta(days=7)
FIRST = Version(NOW - 2 * WEEK, 1.0, -0.3)
SECOND = Version(NOW - WEEK, 1.0, 0.2)
VERSIONS = (FIRST, SECOND)


# Which one --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        (FIRST.valid_from - timedelta(milliseconds=1), None),
        (FIRST.valid_from, FIRST),
        (SECOND.valid_from - timedelta(milliseconds=1), FIRST),
        (SECOND.valid_from, SECOND),
        (NOW, SECOND),
    ],
)
def test_a_version_counts_from_its_own_instant_until_the_next(time, expected):
    assert in_force(VERSIONS, time) is expected


@given(st.lists(st.integers(0, 100), unique=True, max_size=8), st.integers(-1, 101))
def test_the_version_in_force_is_the_newest_that_had_begun(starts, now):
    versions = tuple(Version(at(s), 1.0, float(s)) for s in sorted(starts))
    begun = [version for version in versions if version.valid_from <= at(now)]
    assert in_force(versions, at(now)) == (begun[-1] if begun else None)


def test_a_backfill_gets_the_calibration_of_when_it_was_measured():
    old = make_sample(-10 * 86400, {"temperature": 4.3}, received_at=NOW)
    new = make_sample(0, {"temperature": 4.3})
    for sample in (old, new):
        calibrate(sample, {"temperature": VERSIONS})
    assert old.values == {"temperature": 4.0}
    assert new.values == {"temperature": 4.5}
    assert old.raw == new.raw == {"temperature": 4.3}


# What it makes of it ----------------------------------------------------------------


def test_the_corrected_value_has_no_rounding_noise():
    assert 4.4 - 0.3 != 4.1
    assert apply(Version(NOW, 1.0, -0.3), 4.4, "temperature") == 4.1


def test_a_corrected_value_stays_in_the_range_that_a_sensor_can_measure():
    assert apply(Version(NOW, 1.0, 3.0), 99.0, "humidity") == 100.0
    assert apply(Version(NOW, 1.0, -0.3), 0.1, "volume") == 0.0


def test_cells_stay_whole():
    value = apply(Version(NOW, 1.013, 0.0), 100_001, "scc")
    assert (value, type(value)) == (101301, int)


@given(
    st.sampled_from(sorted(READING_TYPES)),
    st.floats(0, 1),
    st.floats(0.5, 1.5),
    st.floats(-60, 60),
)
def test_whatever_the_calibration_the_store_can_take_the_value(name, share, scale, off):
    _unit, low, high = READING_TYPES[name]
    value = apply(Version(NOW, scale, off), low + share * (high - low), name)
    assert low <= value <= high


def test_where_nothing_changes_no_raw_value_is_kept():
    sample = make_sample(0, {"temperature": 4.3, "humidity": 80.0})
    calibrate(sample, {"temperature": (Version(NOW - WEEK, 1.0, 0.0),)})
    assert sample.values == {"temperature": 4.3, "humidity": 80.0}
    assert sample.raw is None


# On the line ------------------------------------------------------------------------


def read(payload, received_at=NOW, **device):
    device = make_device(
        "TEMP-1", **{"calibrations": {"temperature": VERSIONS}} | device
    )
    decoded = Interpreter(Fleet([("TEMP-1", device)])).read(
        make_message(payload, received_at=received_at)
    )
    (sample,) = decoded.samples
    return sample


def test_an_error_value_is_judged_before_it_is_corrected_and_stays_as_it_was_sent():
    sample = read({"temperature": -127.0})
    assert sample.faults == {"temperature": Fault.PROBE_ERROR}
    assert sample.values == {"temperature": -127.0}
    assert not sample.raw


def test_a_value_that_is_corrected_onto_an_error_value_is_none():
    version = Version(NOW - WEEK, 1.0, -0.2)
    sample = read({"temperature": 85.2}, calibrations={"temperature": (version,)})
    assert sample.values == {"temperature": 85.0}
    assert sample.faults == {}


def test_an_alarm_is_judged_on_the_corrected_value():
    limits = {"raw_milk": {"temperature": (make_rule(high=4.4),)}}
    assert (
        read({"temperature": 4.3}, limits=limits).alarms["temperature"].side == "high"
    )
    limits = {"raw_milk": {"temperature": (make_rule(high=4.5),)}}
    assert not read({"temperature": 4.3}, limits=limits).alarms


def test_a_unit_is_converted_before_it_is_calibrated():
    sample = read({"temperature": 39.74, "unit": "°F"})
    assert sample.raw["temperature"] == pytest.approx(4.3)
    assert sample.values["temperature"] == pytest.approx(4.5)
    assert sample.original == {"temperature": [39.74, "°F"]}


# In the store's rows ----------------------------------------------------------------


def columns_of(sample):
    (rows,) = to_rows([sample])
    (line,) = rows.lines
    return dict(zip(rows.columns, line.rstrip("\n").split("\t"), strict=True))


def test_a_row_has_the_raw_value_beside_the_corrected_one():
    sample = make_sample(0, {"temperature": 4.0, "humidity": 81.0})
    sample.raw = {"temperature": 4.3}
    row = columns_of(sample)
    assert (row["temperature_celsius"], row["raw_value"]) == ("4.0", "4.3")
    assert row["raw_humidity"] == "\\N"


def test_a_row_of_another_sensor_has_its_own_raw_value():
    sample = make_sample(0, {"ph": 6.7}, device_id="PH-1", device_type="ph_sensor")
    assert columns_of(sample)["raw_value"] == "\\N"
    sample.raw = {"ph": 6.9}
    assert columns_of(sample)["raw_value"] == "6.9"


def test_a_milk_meter_has_its_raw_values_in_the_metadata():
    said = {"type": "reading", "session_id": None, "animal_id": None}
    sample = make_sample(
        0, {"volume": 0.5}, device_id="M", device_type="milk_meter", metadata=said
    )
    sample.raw = {"volume": 0.48}
    assert json.loads(columns_of(sample)["metadata"]) == {"raw": {"volume": 0.48}}


# What the technician types ----------------------------------------------------------


def test_one_point_gives_an_offset():
    assert one_point(Point(4.0, 4.3)) == Line(1.0, -0.3)


def test_two_points_give_scale_and_offset():
    assert two_points(Point(4.0, 4.3), Point(72.0, 71.3)) == (
        pytest.approx(68 / 67, abs=1e-9),
        pytest.approx(4.0 - 4.3 * 68 / 67, abs=1e-8),
    )


@given(*[st.floats(-100, 100)] * 4)
def test_a_line_through_two_points_goes_through_them(ref1, meas1, ref2, meas2):
    if abs(meas1 - meas2) < 1e-2 or not 0.1 < (ref2 - ref1) / (meas2 - meas1) < 10:
        return
    line = two_points(Point(ref1, meas1), Point(ref2, meas2))
    for reference, measured in ((ref1, meas1), (ref2, meas2)):
        assert line.scale * measured + line.offset == pytest.approx(reference, abs=1e-5)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (Point(8.0, 4.3), "same_measured"),
        (Point(2.0, 8.0), "not_rising"),
        (Point(float("nan"), 8.0), "not_finite"),
    ],
)
def test_two_points_that_make_no_line_are_refused(second, reason):
    with pytest.raises(FitError) as error:
        two_points(Point(4.0, 4.3), second)
    assert error.value.reason == reason


def test_an_offset_of_fifty_degrees_is_no_calibration():
    point = Point(4.0, 54.0)
    found = find_excess(one_point(point), [point], "temperature")
    assert found == ("offset", -50.0, 5.0)


def test_an_offset_from_a_certificate_is_judged_itself():
    assert find_excess(Line(1.0, 4.9), [], "temperature") is None
    assert find_excess(Line(1.0, 5.1), [], "temperature").what == "offset"


def test_a_scale_far_from_one_is_no_calibration():
    points = Point(1.0, 1.0), Point(2.0, 1.5)
    assert find_excess(two_points(*points), points, "temperature").what == "scale"


def test_a_two_point_calibration_is_judged_where_it_was_measured_not_at_zero():
    """A scale of 1.1 around 72 °C has an offset of -7.2 °C, far from any milk."""
    points = Point(70.0, 70.2), Point(75.0, 74.745)
    line = two_points(*points)
    assert line.offset < -5.0
    assert find_excess(line, points, "temperature") is None


def test_the_limits_are_wider_by_the_factor():
    point = Point(4.0, 12.0)
    assert find_excess(one_point(point), [point], "temperature", factor=2.0) is None


def test_every_reading_type_that_can_be_calibrated_has_a_limit():
    assert LIMITS.keys() == READING_TYPES.keys() - {"battery", "signal", "running"}
