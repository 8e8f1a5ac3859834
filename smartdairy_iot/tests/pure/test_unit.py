"""Units as devices really name them."""

import pytest

from smartdairy_iot.ingest.codec.number import READING_TYPES, unit_of
from smartdairy_iot.ingest.codec.unit import to_canonical
from smartdairy_iot.ingest.decode import decode
from smartdairy_iot.ingest.message import Reason, RejectedError
from smartdairy_iot.tests.pure.builders import DEVICES, make_message


def decode_one(payload, device_id="TEMP-1", **changes):
    device = DEVICES[device_id]._replace(**changes)
    decoded = decode(make_message(payload, device_id), {device_id: device})
    assert not decoded.rejections
    (sample,) = decoded.samples
    return sample


def refuse(payload, device_id="TEMP-1"):
    (rejection,) = decode(make_message(payload, device_id), DEVICES).rejections
    return rejection


@pytest.mark.parametrize(
    ("number", "unit", "reading_type", "expected"),
    [
        (3.8, "°C", "temperature", 3.8),
        (32, "°F", "temperature", 0),
        (-40, "°F", "temperature", -40),
        (212, "°F", "temperature", 100),
        (37.94, "°F", "temperature", 3.3),
        (273.15, "K", "temperature", 0),
        (276.95, "K", "temperature", 3.8),
        (0, "K", "temperature", -273.15),
        (2.5, "bar", "pressure", 2.5),
        (1013.25, "mbar", "pressure", 1.01325),
        (1013.25, "hPa", "pressure", 1.01325),
        (101.325, "kPa", "pressure", 1.01325),
        (101_325, "Pa", "pressure", 1.01325),
        (0.6, "MPa", "pressure", 6),
        (1, "psi", "pressure", 0.068947573),
        (1, "gal", "volume", 3.785411784),
        (1, "imp gal", "volume", 4.54609),
        (3300, "mL", "volume", 3.3),
        (1.2, "m³", "volume", 1200),
        (90, "L/h", "flow_rate", 1.5),
        (0.2, "L/s", "flow_rate", 12),
        (1, "gpm", "flow_rate", 3.785411784),
        (0.06, "m³/h", "flow_rate", 1),
        (1500, "mL/min", "flow_rate", 1.5),
        (5500, "µS/cm", "conductivity", 5.5),
        (0.55, "S/m", "conductivity", 5.5),
        (5.5, "dS/m", "conductivity", 5.5),
        (550, "mS/m", "conductivity", 5.5),
        (6.7, "pH", "ph", 6.7),
        (0.81, "ratio", "humidity", 81),
        (0.041, "fraction", "fat_percent", 4.1),
        (120, "10^3/mL", "scc", 120_000),
        (120_000, "cells/mL", "scc", 120_000),
    ],
)
def test_a_number_is_worth_the_same_in_the_canonical_unit(
    number, unit, reading_type, expected
):
    assert to_canonical(number, unit, reading_type) == expected


@pytest.mark.parametrize(
    ("reading_type", "spellings"),
    [
        ("temperature", ["°F", "F", "f", "℉", "deg F", "degF", "° F", "Fahrenheit"]),
        ("temperature", ["ºF", "˚F", "degrees Fahrenheit", "degree_fahrenheit"]),
        ("pressure", ["kPa", "KPA", "kpa", " k Pa"]),
        ("pressure", ["psi", "PSI", "psig"]),
        ("volume", ["gal", "gallon", "gallons", "US gal", "us_gallon", "Gal."]),
        ("volume", ["imp gal", "imp. gal.", "Imperial gallon", "UK gal"]),
        ("volume", ["m³", "m3", "m^3"]),
        ("volume", ["mL", "ml", "millilitres"]),
        ("flow_rate", ["gal/min", "GPM", "gal / min", "US gal/min"]),
        ("conductivity", ["\u00b5S/cm", "\u03bcS/cm", "uS/cm", "us/cm"]),
        ("scc", ["k/mL", "1000/ml", "×10³/mL", "10^3 cells/mL", "x 10³ cells / ml"]),
        ("scc", ["cells/mL", "cells/ml", "cell/mL", "/mL"]),
    ],
)
def test_one_unit_is_understood_in_all_its_spellings(reading_type, spellings):
    assert len({to_canonical(7.0, name, reading_type) for name in spellings}) == 1


def test_celsius_is_understood_in_all_its_spellings():
    for name in ("°C", "C", "℃", "degC", "ºC", "˚C", "° c", "Celsius", "deg. C"):
        assert to_canonical(3.8, name, "temperature") == 3.8


@pytest.mark.parametrize("reading_type", READING_TYPES)
def test_the_canonical_unit_of_each_type_leaves_its_numbers_alone(reading_type):
    assert to_canonical(0.1 + 0.2, unit_of(reading_type), reading_type) == 0.1 + 0.2


@pytest.mark.parametrize(
    ("unit", "reading_type"),
    [
        ("X", "temperature"),
        ("°", "temperature"),
        ("", "temperature"),
        ("%", "temperature"),
        ("kg", "volume"),
        ("cells", "scc"),
        ("dBm", "signal"),
        ("V", "battery"),
        ("1", "humidity"),
        ("°F" + " " * 100, "temperature"),
        (5, "temperature"),
        (True, "temperature"),
        (["°F"], "temperature"),
        ({"unit": "°F"}, "temperature"),
    ],
)
def test_an_unknown_unit_is_refused_and_never_guessed(unit, reading_type):
    with pytest.raises(RejectedError) as refused:
        to_canonical(1.0, unit, reading_type)
    assert refused.value.reason is Reason.UNKNOWN_UNIT
    assert len(refused.value.detail) < 200


def test_a_refusal_says_which_units_there_are():
    rejection = refuse({"temperature": 3.8, "unit": "X"})
    assert rejection.reason is Reason.UNKNOWN_UNIT
    assert rejection.detail == "temperature unit 'X' is none of °C, °F, K"
    assert rejection.device_id == "TEMP-1"


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ({"unit": " °F "}, "°F"),
        ({"temperature_unit": "F"}, "F"),
        ({"units": {"temperature": "℉"}}, "℉"),
        ({"unit": "K", "temperature_unit": "F"}, "F"),
        ({"temperature_unit": "K", "units": {"temperature": "degF"}}, "degF"),
        ({"units": None, "temperature_unit": "", "unit": "Fahrenheit"}, "Fahrenheit"),
    ],
)
def test_a_message_names_the_unit_and_the_number_is_kept_as_it_was_sent(said, unit):
    sample = decode_one({"temperature": 38.84, "humidity": 81, **said})
    assert sample.values == {"temperature": 3.8, "humidity": 81.0}
    assert sample.original == {"temperature": [38.84, unit]}


@pytest.mark.parametrize(
    ("device_id", "payload", "values"),
    [
        ("TEMP-1", {"value": 50, "value_unit": "F"}, {"temperature": 10.0}),
        ("TEMP-1", {"value": 50, "units": {"value": "F"}}, {"temperature": 10.0}),
        ("TEMP-1", {"temperature": 10, "value": 5, "value_unit": "F"}, None),
        ("TEMP-1", {"temperature": 10, "units": {"humidity": "ratio"}}, None),
        ("HUM-1", {"value": 0.7, "unit": "ratio"}, {"humidity": 70.0}),
        ("PRES-1", {"pressure": 250, "unit": "kPa"}, {"pressure": 2.5}),
        ("FLOW-1", {"value": "90", "unit": "L/h"}, {"flow_rate": 1.5}),
        ("MILK-1", {"volume": 1, "unit": "gal"}, {"volume": 3.785411784}),
        ("MILK-1", {"somatic_cell_count": 120, "scc_unit": "k/mL"}, {"scc": 120_000}),
        (
            "MILK-1",
            {"somatic_cell_count": 1, "units": {"somatic_cell_count": "10³/mL"}},
            {"scc": 1000},
        ),
    ],
)
def test_a_unit_belongs_to_the_reading_that_it_names(device_id, payload, values):
    assert decode_one(payload, device_id).values == (values or {"temperature": 10.0})


def test_where_a_message_names_no_unit_the_profile_s_counts():
    fahrenheit = {"temperature": "°F"}
    sample = decode_one({"temperature": 38.84, "humidity": 81}, units=fahrenheit)
    assert sample.values == {"temperature": 3.8, "humidity": 81.0}
    assert sample.original == {"temperature": [38.84, "°F"]}
    sample = decode_one({"temperature": 3.8, "unit": "°C"}, units=fahrenheit)
    assert sample.values == {"temperature": 3.8}


@pytest.mark.parametrize("said", [{}, {"unit": "℃"}, {"unit": None}, {"units": {}}])
def test_nothing_is_kept_beside_a_number_that_was_not_converted(said):
    assert decode_one({"temperature": 3.8, **said}).original is None


def test_a_converted_number_must_be_one_that_a_sensor_can_measure():
    assert decode_one({"temperature": 300, "unit": "K"}).values == {
        "temperature": 26.85
    }
    rejection = refuse({"temperature": 500, "unit": "°F"})
    assert rejection.reason is Reason.OUT_OF_RANGE
    assert rejection.detail == ("temperature 500 °F = 260 °C is outside -200 … 250 °C")


def test_what_holds_units_must_name_them_by_reading():
    assert refuse({"temperature": 3.8, "units": "metric"}).reason is Reason.WRONG_SHAPE


@pytest.mark.parametrize(
    ("said", "battery"),
    [
        ({"battery": 3.1, "battery_unit": "V"}, None),
        ({"battery": 0.93, "battery_unit": "ratio"}, 93),
        ({"battery": 93, "units": {"battery": "%"}}, 93),
    ],
)
def test_a_battery_in_volts_is_left_out_and_does_not_cost_the_temperature(
    said, battery
):
    sample = decode_one({"temperature": 3.8, **said})
    assert (sample.values, sample.battery) == ({"temperature": 3.8}, battery)


def test_a_signal_in_dbm_is_left_out_also_when_only_the_profile_says_so():
    assert decode_one({"temperature": 3.8, "signal": 71}).signal == 71
    sample = decode_one({"temperature": 3.8, "signal": 71}, units={"signal": "dBm"})
    assert sample.signal is None
