"""Samples as the lines of PostgreSQL's COPY text format."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.ingest.message import Fault
from smartdairy_iot.ingest.rows import (
    MILK_COLUMNS,
    SENSOR_COLUMNS,
    TEMPERATURE_COLUMNS,
    to_rows,
)
from smartdairy_iot.rules.classify import Alarm
from smartdairy_iot.tests.pure.builders import HIGH, at, make_sample


def make_milk(values=None, **changes):
    values = {"volume": 0.5} if values is None else values
    said = {"type": "reading", "session_id": "S-1", "animal_id": 7}
    return make_sample(
        0,
        values,
        **{"device_id": "MILK-1", "device_type": "milk_meter", "metadata": said}
        | changes,
    )


def make_ph(values=None, **changes):
    changes = {"device_id": "PH-1", "device_type": "ph_sensor"} | changes
    return make_sample(0, {"ph": 6.7} if values is None else values, **changes)


def read_copy(line):
    """The fields as PostgreSQL reads them."""
    assert line.endswith("\n")
    for field in line[:-1].split("\t"):
        yield None if field == "\\N" else _ESCAPE.sub(_unescape, field)


_ESCAPE = re.compile(r"\\(.)")


def _unescape(found):
    return {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}[found[1]]


def row_of(sample):
    """``{column: text or None}`` of the only line that the sample makes."""
    (rows,) = to_rows([sample])
    (line,) = rows.lines
    return dict(zip(rows.columns, read_copy(line), strict=True))


def test_a_temperature_is_one_line_of_its_own_table():
    sample = make_sample(
        0.123, received_at=at(12.987), values={"temperature": 3.8, "humidity": 81.5}
    )
    sample.location_id = 7
    (rows,) = to_rows([sample])
    assert (rows.table, rows.columns) == ("temperature_readings", TEMPERATURE_COLUMNS)
    assert rows.lines == [
        "2026-01-05 06:00:00.123000+00:00\t2026-01-05 06:00:12+00:00\tTEMP-1\t7\t3.8"
        "\t81.5\t100\tf\t\\N\t\\N\t\\N\t\\N\n"
    ]


@pytest.mark.parametrize(
    ("delay", "alarms", "is_said"),
    [
        (0, {}, False),
        (9.9, {}, False),
        (10, {}, True),
        (-0.1, {}, True),  # its clock is ahead
        (0, {"temperature": Alarm("high", "medium")}, True),  # the rules ask by it
    ],
)
def test_when_it_was_received_is_said_where_its_time_does_not(delay, alarms, is_said):
    sample = make_sample(0, {"temperature": 3.8}, received_at=at(delay), alarms=alarms)
    assert (row_of(sample)["received_at"] is not None) == is_said


def test_what_a_temperature_message_left_out_is_null_and_not_zero():
    row = row_of(make_sample(0, {"temperature": 0.0}))
    assert row["temperature_celsius"] == "0.0"
    assert row["humidity_percent"] is row["location_id"] is row["alarm_type"] is None


def test_a_temperature_in_alarm_says_so_in_its_row():
    row = row_of(make_sample(0, alarms=HIGH))
    assert (row["is_alarm"], row["alarm_type"]) == ("t", "high_temperature")
    assert row["metadata"] is None


def test_a_second_alarm_of_the_same_row_is_not_forgotten():
    alarms = {**HIGH, "humidity": Alarm("high", "low")}
    row = row_of(make_sample(0, alarms=alarms))
    expected = {"alarms": ["high_temperature", "high_humidity"]}
    assert json.loads(row["metadata"]) == expected


def test_a_value_that_is_not_believed_has_low_quality_and_says_why():
    row = row_of(make_sample(0, faults={"temperature": Fault.STUCK}))
    assert (row["quality"], row["is_alarm"]) == ("20", "f")
    assert json.loads(row["metadata"]) == {"faults": {"temperature": "stuck"}}


def test_the_original_of_a_converted_value_is_kept():
    row = row_of(make_sample(0, original={"temperature": [39.2, "°F"]}))
    assert json.loads(row["metadata"]) == {"original": {"temperature": [39.2, "°F"]}}


def test_a_milk_meters_message_is_one_line_with_all_its_values():
    values = {"volume": 0.5, "conductivity": 7.0, "scc": 120000}
    sample = make_milk(values, alarms={"conductivity": Alarm("high", "medium")})
    (rows,) = to_rows([sample])
    assert (rows.table, rows.columns) == ("milk_meter_readings", MILK_COLUMNS)
    row = row_of(sample)
    said = {name: value for name, value in row.items() if value is not None}
    assert said == {
        "time": "2026-01-05 06:00:00+00:00",
        "received_at": "2026-01-05 06:00:00+00:00",
        "device_id": "MILK-1",
        "message_type": "reading",
        "animal_id": "7",
        "session_id": "S-1",
        "volume_liters": "0.5",
        "conductivity": "7.0",
        "somatic_cell_count": "120000",
        "is_complete": "f",
        "quality": "100",
        "is_alarm": "t",
        "alarm_type": "high_conductivity",
    }


def test_the_end_of_a_session_is_a_line_though_it_measures_nothing():
    said = {"type": "session_end", "session_id": None, "animal_id": None}
    row = row_of(make_milk({}, metadata=said))
    assert (row["message_type"], row["is_complete"]) == ("session_end", "t")
    assert row["volume_liters"] is row["animal_id"] is row["session_id"] is None


def test_every_other_device_has_a_line_for_each_value():
    sample = make_ph({"ph": 6.2, "temperature": 4.0})
    sample.alarms = {"ph": Alarm("low", "medium")}
    sample.faults = {"temperature": Fault.JUMP}
    (rows,) = to_rows([sample])
    assert (rows.table, rows.columns) == ("sensor_readings", SENSOR_COLUMNS)
    head = "2026-01-05 06:00:00+00:00\t2026-01-05 06:00:00+00:00\tPH-1\tph_sensor\t"
    notes = '{"faults": {"temperature": "jump"}}'
    assert rows.lines == [
        f"{head}ph\t6.2\tpH\t100\tt\tlow_ph\t{notes}\t\\N\n",
        f"{head}temperature\t4.0\t°C\t10\tf\t\\N\t{notes}\t\\N\n",
    ]


def test_nothing_makes_no_rows():
    assert to_rows([]) == []


def test_each_table_gets_its_own_samples_in_their_order():
    samples = [make_sample(0), make_milk(), make_ph(), make_sample(1), make_milk()]
    temperatures, milk, sensors = to_rows(samples)
    assert temperatures.table == "temperature_readings"
    assert [line[:19] for line in temperatures.lines] == [
        "2026-01-05 06:00:00",
        "2026-01-05 06:00:01",
    ]
    assert (len(milk.lines), len(sensors.lines)) == (2, 1)


@pytest.mark.parametrize("value", [0.0, 4.0, -0.5, 1e6, 1e-7, 0.1, 4.000000001])
def test_a_number_comes_back_from_its_line_exactly(value):
    assert float(row_of(make_ph({"ph": value}))["value"]) == value
    assert float(row_of(make_milk({"volume": value}))["volume_liters"]) == value


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
def test_a_text_comes_back_from_its_line_whatever_is_in_it(text):
    check_text(text)


@given(st.text())
def test_no_text_can_break_out_of_its_line(text):
    check_text(text)


def check_text(text):
    said = {"type": "reading", "session_id": text, "animal_id": None, "animal": text}
    row = row_of(make_milk(metadata=said))
    assert row["session_id"] == text
    assert json.loads(row["metadata"]) == {"animal": text}
