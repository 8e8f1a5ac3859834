import pytest
from werkzeug.datastructures import MultiDict

from smartdairy_iot_mobile_api import parameters
from smartdairy_iot_mobile_api.errors import ApiError, InvalidParameterError
from smartdairy_iot_mobile_api.schemas.alert import Dismissal, ListAlerts
from smartdairy_iot_mobile_api.schemas.device import CreateDevice, EditDevice


def read(**texts):
    return parameters.read_query(ListAlerts, MultiDict(texts))


def test_an_absent_parameter_has_its_default():
    query = read()
    assert (query.limit, query.acknowledged, query.severity) == (100, None, None)
    assert query.device_id is None


@pytest.mark.parametrize(("raw", "value"), [("1", 1), ("007", 7), ("1000", 1000)])
def test_a_number_inside_its_limits_is_taken(raw, value):
    assert read(limit=raw).limit == value


@pytest.mark.parametrize(
    "raw", ["", "0", "1001", "-1", "+1", " 1", "1_0", "1e1", "٣", "NaN", "9" * 5000]
)
def test_any_other_number_is_refused_by_name(raw):
    with pytest.raises(InvalidParameterError) as refusal:
        read(limit=raw)
    assert refusal.value.field == "limit"


@pytest.mark.parametrize(
    ("raw", "value"),
    [("true", True), ("True", True), ("1", True), ("false", False), ("0", False)],
)
def test_a_boolean_is_read_as_dart_and_python_write_it(raw, value):
    assert read(acknowledged=raw).acknowledged is value


def test_any_other_boolean_is_refused():
    with pytest.raises(InvalidParameterError):
        read(acknowledged="yes")


def test_a_choice_is_one_of_its_values():
    assert read(severity="low").severity == "low"
    with pytest.raises(InvalidParameterError, match="'low', 'medium'"):
        read(severity="LOW")


def test_a_reference_is_a_device_id_or_a_record_id():
    for raw in ("TEMP-G01", "a.b_c:d", "42", "x" * 50):
        assert read(device_id=raw).device_id == raw


@pytest.mark.parametrize("raw", ["", "a b", "a/b", "\0", "ü", "TEMP\n", "x" * 51])
def test_no_other_text_is_a_reference(raw):
    assert not parameters.is_reference(raw)
    with pytest.raises(InvalidParameterError):
        read(device_id=raw)


@pytest.mark.parametrize(
    ("raw", "record_id"),
    [("42", 42), ("2147483647", 2**31 - 1), ("2147483648", 0), ("x", 0), ("-1", 0)],
)
def test_what_cannot_be_a_record_id_is_the_id_of_nothing(raw, record_id):
    assert parameters.to_record_id(raw) == record_id


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"note=seen"])
def test_what_is_no_json_cannot_be_understood(raw):
    with pytest.raises(ApiError) as refusal:
        parameters.read_body(Dismissal, raw)
    assert refusal.value.status == 400


@pytest.mark.parametrize("raw", [b"[]", b"7", b"null", b'"text"'])
def test_json_that_is_no_object_is_not_valid(raw):
    with pytest.raises(InvalidParameterError) as refusal:
        parameters.read_body(Dismissal, raw)
    assert refusal.value.field is None


def test_what_a_body_needs_is_asked_for_by_its_name_in_the_app():
    with pytest.raises(InvalidParameterError) as refusal:
        parameters.read_body(CreateDevice, b'{"name": "Tank"}')
    assert refusal.value.field == "deviceType"


@pytest.mark.parametrize("key", ["state", "company_id", "id", "device_id", "is_online"])
def test_no_other_field_of_a_device_can_be_written(key):
    with pytest.raises(InvalidParameterError) as refusal:
        parameters.read_body(EditDevice, b'{"%s": "1"}' % key.encode())
    assert refusal.value.field == key


def test_a_nul_character_stops_before_the_database():
    with pytest.raises(InvalidParameterError) as refusal:
        parameters.read_body(EditDevice, b'{"name": "a\\u0000"}')
    assert refusal.value.field == "name"
