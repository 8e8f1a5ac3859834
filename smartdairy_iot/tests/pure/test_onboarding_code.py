import pytest

from smartdairy_iot.onboarding import code as codes
from smartdairy_iot.onboarding.export import to_csv
from smartdairy_iot.onboarding.label import SHEETS, qr_png


def test_no_two_codes_are_alike_and_their_hash_does_not_show_them():
    made = {codes.make_code() for _ in range(500)}
    assert len(made) == 500
    code = made.pop()
    assert len(codes.normalise(code)) == 16
    assert codes.normalise(code) not in codes.hash_code(code).upper()


def test_a_code_is_read_as_it_was_meant():
    code_hash = codes.hash_code("10AB-CDEF-GHJK-MNPQ")
    for typed in ("10ab cdef ghjk mnpq", "iOab-cdef-ghjk-mnpq", "LOABCDEFGHJKMNPQ\n"):
        assert codes.is_code_of(typed, code_hash), typed


@pytest.mark.parametrize(
    "typed", ["", "10AB", "10AB-CDEF-GHJK-MNPR", "é" * 16, "U" * 16]
)
def test_another_code_is_none(typed):
    assert not codes.is_code_of(typed, codes.hash_code("10AB-CDEF-GHJK-MNPQ"))
    assert not codes.is_code_of(typed, None)


def test_what_is_no_code_at_all_matches_nothing_not_even_itself():
    for typed in ("", "10AB", "U" * 16):
        assert not codes.is_code_of(typed, codes.hash_code(typed)), typed


def test_a_device_that_is_not_there_is_compared_like_one_that_is(monkeypatch):
    compared = []

    def compare(*both):
        compared.append(both)
        return False

    monkeypatch.setattr(codes.hmac, "compare_digest", compare)
    codes.is_code_of("10AB-CDEF-GHJK-MNPQ", None)
    codes.is_code_of("nonsense", codes.hash_code("10AB-CDEF-GHJK-MNPQ"))
    assert [len(a) == len(b) == 64 for a, b in compared] == [True, True]


def test_a_sheet_takes_its_labels_page_by_page():
    sheet = SHEETS["a4"]
    pages = sheet.pages(list(range(50)))
    assert [len(page) for page in pages] == [24, 24, 2]
    assert sheet.width * sheet.columns == 210
    assert sheet.height * sheet.rows <= 297
    assert all(sheet.qr < min(sheet.width, sheet.height) for sheet in SHEETS.values())


def test_a_qr_code_is_a_picture_within_the_page():
    assert qr_png("https://example.com/iot/d/T-1").startswith("data:image/png;base64,")


def test_a_cell_is_never_a_formula_in_the_spreadsheet_of_another():
    assert to_csv([["=1+1", 5, "ok"]]).decode("utf-8-sig") == "'=1+1,5,ok\r\n"
