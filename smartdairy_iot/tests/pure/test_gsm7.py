"""A text that fits into one SMS."""

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.notify import gsm7
from smartdairy_iot.notify.gsm7 import _COSTS, LONGEST, LONGEST_UCS2, to_sms


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(gsm7).failed == 0


@pytest.mark.parametrize(
    ("text", "sms"),
    [
        ("Temperature 9.1 °C (max 6 °C)", "Temperature 9.1 C (max 6 C)"),
        ("pH 6.2 – outside…", "pH 6.2 - outside..."),
        ("Réfrigérateur nº 1: ça dégèle", "Réfrigérateur no 1: ca dégèle"),
        ("Größe", "Größe"),
        ("Łódź", "Lódz".replace("ó", "o")),
        ("two\nlines   and\tmore", "two lines and more"),
    ],
)
def test_letters_that_the_alphabet_lacks_are_written_otherwise(text, sms):
    assert to_sms(text) == sms


def test_a_long_text_is_cut_after_a_word_and_shows_it():
    sms = to_sms("Cooling tank " * 30)
    assert len(sms) <= LONGEST
    assert sms.endswith(("tank...", "Cooling..."))


def test_brackets_take_the_room_of_two():
    assert to_sms("[" * 80) == "[" * 80
    assert to_sms("[" * 81) == "[" * 78 + "..."


def test_a_script_that_the_alphabet_lacks_stays_as_it_is():
    assert to_sms("দুধের ট্যাংক গরম: 9.1 °C") == "দুধের ট্যাংক গরম: 9.1 °C"
    assert len(to_sms("দুধ " * 100)) <= LONGEST_UCS2


@given(st.text(max_size=400))
def test_whatever_the_text_it_fits(text):
    sms = to_sms(text)
    if all(letter in _COSTS for letter in sms):
        assert sum(_COSTS[letter] for letter in sms) <= LONGEST
    else:
        assert len(sms.encode("utf-16-le")) // 2 <= LONGEST_UCS2
