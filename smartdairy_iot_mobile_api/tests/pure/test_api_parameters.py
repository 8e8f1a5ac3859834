import pytest

from smartdairy_iot_mobile_api import parameters
from smartdairy_iot_mobile_api.errors import InvalidParameterError


def test_an_absent_parameter_has_its_default():
    assert parameters.to_int("limit", None, 1, 10, 5) == 5
    assert parameters.to_bool("acknowledged", None) is None
    assert parameters.to_choice("severity", None, ("low",)) is None
    assert parameters.to_reference("device_id", None) is None


@pytest.mark.parametrize(("raw", "value"), [("1", 1), ("007", 7), ("10", 10)])
def test_a_number_inside_its_limits_is_taken(raw, value):
    assert parameters.to_int("limit", raw, 1, 10, 5) == value


@pytest.mark.parametrize(
    "raw", ["", "0", "11", "-1", "+1", " 1", "1_0", "1e1", "٣", "NaN", "9" * 5000]
)
def test_any_other_number_is_refused_by_name(raw):
    with pytest.raises(InvalidParameterError) as refusal:
        parameters.to_int("limit", raw, 1, 10, 5)
    assert refusal.value.field == "limit"


@pytest.mark.parametrize(
    ("raw", "value"),
    [("true", True), ("True", True), ("1", True), ("false", False), ("0", False)],
)
def test_a_boolean_is_read_as_dart_and_python_write_it(raw, value):
    assert parameters.to_bool("acknowledged", raw) is value


def test_any_other_boolean_is_refused():
    with pytest.raises(InvalidParameterError):
        parameters.to_bool("acknowledged", "yes")


def test_a_choice_is_one_of_its_values():
    assert parameters.to_choice("severity", "low", ("low", "high")) == "low"
    with pytest.raises(InvalidParameterError, match="low, high"):
        parameters.to_choice("severity", "LOW", ("low", "high"))


def test_a_reference_is_a_device_id_or_a_record_id():
    for raw in ("TEMP-G01", "a.b_c:d", "42", "x" * 50):
        assert parameters.to_reference("device_id", raw) == raw


@pytest.mark.parametrize("raw", ["", "a b", "a/b", "\0", "ü", "TEMP\n", "x" * 51])
def test_no_other_text_is_a_reference(raw):
    assert not parameters.is_reference(raw)
    with pytest.raises(InvalidParameterError):
        parameters.to_reference("device_id", raw)


@pytest.mark.parametrize(
    ("raw", "record_id"),
    [("42", 42), ("2147483647", 2**31 - 1), ("2147483648", 0), ("x", 0), ("-1", 0)],
)
def test_what_cannot_be_a_record_id_is_the_id_of_nothing(raw, record_id):
    assert parameters.to_record_id(raw) == record_id
