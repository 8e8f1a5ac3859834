"""Samples as the lines of PostgreSQL's COPY text format."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.ingest.rows import SENSOR_COLUMNS, TEMPERATURE_COLUMNS, to_rows
from smartdairy_iot.rules.limits import Alarm
from smartdairy_iot.tests.pure.builders import HIGH, at, make_sample


def make_milk(values=None, **changes):
    values = {"volume": 0.5} if values is None else values
    return make_sample(
        0, values, **{"device_id": "MILK-1", "device_type": "milk_meter"} | changes
    )


def lines_of(*samples):
    (rows,) = to_rows(samples)
    return rows.lines


def read_copy(line):
    """The fields as PostgreSQL reads them (no escape but the backslash's is used)."""
    assert line.endswith("\n")
    for field in line[:-1].split("\t"):
        yield None if field == "\\N" else field.replace("\\\\", "\\")


def test_a_temperature_is_one_line_of_its_own_table():
    sample = make_sample(
        0.123, received_at=at(2.987), values={"temperature": 3.8, "humidity": 81.5}
    )
    sample.location_id = 7
    (rows,) = to_rows([sample])
    assert (rows.table, rows.columns) == ("temperature_readings", TEMPERATURE_COLUMNS)
    assert rows.lines == [
        "2026-01-05 06:00:00.123000+00:00\t2026-01-05 06:00:02+00:00\tTEMP-1\t7\t3.8"
        "\t81.5\tf\t\\N\n"
    ]


def test_what_a_temperature_message_left_out_is_null_and_not_zero():
    (line,) = lines_of(make_sample(0, {"temperature": 0.0}))
    row = dict(zip(TEMPERATURE_COLUMNS, read_copy(line), strict=True))
    assert row["temperature_celsius"] == "0.0"
    assert row["humidity_percent"] is row["location_id"] is row["alarm_type"] is None


def test_a_temperature_in_alarm_says_so_in_its_row():
    (line,) = lines_of(make_sample(0, alarms=HIGH))
    assert line.endswith("\tt\thigh_temperature\n")


def test_every_other_device_has_a_line_for_each_value():
    sample = make_milk({"volume": 0.5, "conductivity": 7.0})
    sample.alarms = {"conductivity": Alarm("high", "medium")}
    (rows,) = to_rows([sample])
    assert (rows.table, rows.columns) == ("sensor_readings", SENSOR_COLUMNS)
    head = "2026-01-05 06:00:00+00:00\t2026-01-05 06:00:00+00:00\tMILK-1\tmilk_meter\t"
    assert rows.lines == [
        f"{head}volume\t0.5\tL\tf\t\\N\t\\N\n",
        f"{head}conductivity\t7.0\tmS/cm\tt\thigh_conductivity\t\\N\n",
    ]


def test_an_event_without_values_has_no_line():
    assert to_rows([make_milk({}, metadata={"type": "session_start"})]) == []
    assert to_rows([]) == []


def test_each_table_gets_its_own_samples_in_their_order():
    samples = [make_sample(0), make_milk(), make_sample(1), make_milk()]
    temperatures, sensors = to_rows(samples)
    assert temperatures.table == "temperature_readings"
    assert [line[:19] for line in temperatures.lines] == [
        "2026-01-05 06:00:00",
        "2026-01-05 06:00:01",
    ]
    assert len(sensors.lines) == 2


@pytest.mark.parametrize("value", [0.0, 4.0, -0.5, 1e6, 1e-7, 0.1, 4.000000001])
def test_a_number_comes_back_from_its_line_exactly(value):
    (line,) = lines_of(make_milk({"volume": value}))
    fields = dict(zip(SENSOR_COLUMNS, read_copy(line), strict=True))
    assert float(fields["value"]) == value


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "tab\tin it",
        "line\nbreak\r\n",
        "back\\slash",
        "\\N",
        "\\.",
        "\\t is no tab",
        "quotes \" and '",
        "milk \N{GLASS OF MILK} caf\u00e9",
        "ends with \\",
    ],
)
def test_metadata_comes_back_from_its_line_whatever_is_in_it(text):
    check_metadata({"session_id": text, text: 1})


@given(st.dictionaries(st.text(), st.text() | st.integers(), min_size=1))
def test_no_metadata_can_break_out_of_its_line(metadata):
    check_metadata(metadata)


def check_metadata(metadata):
    (line,) = lines_of(make_milk(metadata=metadata))
    fields = list(read_copy(line))
    assert len(fields) == len(SENSOR_COLUMNS)
    assert json.loads(fields[-1]) == metadata
