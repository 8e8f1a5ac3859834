"""Begin, readings and end of a milking."""

import pytest

from smartdairy_iot.ingest.codec.generic import measured_by
from smartdairy_iot.ingest.decode import decode
from smartdairy_iot.ingest.message import Reason
from smartdairy_iot.tests.pure.builders import DEVICES, make_message


def decode_milk(payload):
    decoded = decode(make_message(payload, "MILK-1"), DEVICES)
    assert not decoded.rejections
    (sample,) = decoded.samples
    return sample


def refuse_milk(payload):
    (rejection,) = decode(make_message(payload, "MILK-1"), DEVICES).rejections
    return rejection


def test_a_reading_is_read_with_what_the_milk_belongs_to():
    sample = decode_milk(
        {
            "type": "reading",
            "session_id": "s-1",
            "animal_id": 12,
            "volume": 11.5,
            "flow_rate": 2.4,
            "conductivity": 5.1,
            "temperature": 37.8,
            "fat_percent": 4.2,
            "protein_percent": 3.4,
            "somatic_cell_count": 120_000,
            "battery": 93,
        }
    )
    assert sample.metadata == {"type": "reading", "session_id": "s-1", "animal_id": 12}
    assert sample.values == {
        "volume": 11.5,
        "flow_rate": 2.4,
        "conductivity": 5.1,
        "temperature": 37.8,
        "fat_percent": 4.2,
        "protein_percent": 3.4,
        "scc": 120_000,
    }
    assert tuple(sample.values) == measured_by("milk_meter")
    assert sample.battery == 93


def test_a_message_without_a_type_is_a_reading_of_an_unknown_animal():
    assert decode_milk({"volume": 0.5}).metadata == {
        "type": "reading",
        "session_id": None,
        "animal_id": None,
    }


@pytest.mark.parametrize("event", ["session_start", "session_end"])
def test_the_begin_and_end_of_a_milking_need_not_measure_anything(event):
    sample = decode_milk({"type": event, "session_id": "s-1"})
    assert sample.values == {}
    assert sample.metadata["type"] == event


@pytest.mark.parametrize("event", ["session_start", "session_end"])
def test_the_begin_and_end_of_a_milking_may_measure_something(event):
    assert decode_milk({"type": event, "volume": 11.5}).values == {"volume": 11.5}


@pytest.mark.parametrize("event", ["", "cleaning", "READING", 1, False, [], {}])
def test_any_other_type_of_message_is_refused(event):
    rejection = refuse_milk({"type": event, "volume": 0.5})
    assert rejection.reason is Reason.WRONG_SHAPE
    assert "session_start, reading, session_end" in rejection.detail


@pytest.mark.parametrize("payload", [{}, {"type": "reading"}, {"volume": None}])
def test_a_reading_without_a_value_is_refused(payload):
    assert refuse_milk(payload).reason is Reason.MISSING_VALUE


def test_a_bad_value_is_refused_in_an_event_as_in_a_reading():
    rejection = refuse_milk({"type": "session_end", "volume": "much"})
    assert rejection.reason is Reason.NOT_A_NUMBER


@pytest.mark.parametrize(
    ("sent", "kept"), [(120_000, 120_000), (119_999.6, 120_000), ("250.4", 250)]
)
def test_cells_are_counted_in_whole_numbers(sent, kept):
    scc = decode_milk({"somatic_cell_count": sent}).values["scc"]
    assert (scc, type(scc)) == (kept, int)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("s-1", "s-1"),
        (" s-1\t", "s-1"),
        (17, "17"),
        (17.0, "17"),
        (17.5, "17.5"),
        ("x" * 99, "x" * 50),
        (10**300, "1" + "0" * 49),
        ("", None),
        (" ", None),
        (None, None),
        (True, None),
        (["s-1"], None),
        ({"id": 1}, None),
        ("a\0b", "a\N{REPLACEMENT CHARACTER}b"),
        ("\ud800", "?"),
    ],
)
def test_a_session_is_known_by_a_text_that_its_column_can_hold(sent, kept):
    assert decode_milk({"volume": 0.5, "session_id": sent}).metadata == {
        "type": "reading",
        "session_id": kept,
        "animal_id": None,
    }


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (12, {"animal_id": 12}),
        (2**31 - 1, {"animal_id": 2**31 - 1}),
        (12.0, {"animal_id": 12}),
        ("12", {"animal_id": 12}),
        (" 0012 ", {"animal_id": 12}),
        (2**31, {"animal_id": None, "animal": "2147483648"}),
        ("528210001234567", {"animal_id": None, "animal": "528210001234567"}),
        ("NL 1234", {"animal_id": None, "animal": "NL 1234"}),
        ("cow\0", {"animal_id": None, "animal": "cow\N{REPLACEMENT CHARACTER}"}),
        ("1" * 99, {"animal_id": None, "animal": "1" * 50}),
        ("٣", {"animal_id": None, "animal": "٣"}),
        (12.5, {"animal_id": None, "animal": "12.5"}),
        ("", {"animal_id": None}),
        (None, {"animal_id": None}),
        (True, {"animal_id": None}),
        ([12], {"animal_id": None}),
    ],
)
def test_milk_is_never_refused_because_of_its_animal(sent, kept):
    metadata = decode_milk({"volume": 0.5, "animal_id": sent}).metadata
    assert metadata == {"type": "reading", "session_id": None, **kept}
