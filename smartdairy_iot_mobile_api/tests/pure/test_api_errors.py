import pytest

from smartdairy_iot_mobile_api.errors import InvalidParameterError, to_body


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 418, 422, 503])
def test_every_error_has_the_one_shape(status):
    body = to_body(status)
    assert set(body) == {"code", "message", "field"}
    assert body["code"] and body["message"]
    assert body["field"] is None


def test_an_error_says_what_it_was_told():
    assert to_body(422, "Too many.", "limit") == {
        "code": "invalid_parameter",
        "message": "Too many.",
        "field": "limit",
    }


def test_a_status_without_a_code_of_its_own_has_a_general_one():
    assert to_body(418)["code"] == "bad_request"
    assert to_body(502)["code"] == "internal_error"


def test_a_wrong_parameter_knows_its_name():
    error = InvalidParameterError("limit", "Too many.")
    assert (error.field, str(error)) == ("limit", "Too many.")
