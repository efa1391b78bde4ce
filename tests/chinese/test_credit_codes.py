"""统一社会信用代码: the check digit of GB 32100-2015 finds every wrong character and every exchange of two neighbours."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chengyang.lib.chinese import credit_codes

KNOWN = ("91350100M000100Y43", "914403001922038216", "91110000802100433B", "9144030071526726XG")  # published codes
characters = st.sampled_from(credit_codes.ALPHABET)
numbers = st.builds(
    lambda kind, area, rest: kind + area + rest,
    st.text(characters, min_size=2, max_size=2),
    st.text("0123456789", min_size=6, max_size=6),
    st.text(characters, min_size=9, max_size=9),
)
codes = numbers.map(lambda number: number + credit_codes.check_digit(number))


def checked_slowly(code):
    """Return whether the standard's congruence holds: the sum of value × 3^place, check digit included, is 0 modulo 31."""
    values = [credit_codes.ALPHABET.index(character) for character in code]
    return (sum(value * 3**place for place, value in enumerate(values[:17])) + values[17]) % 31 == 0


@pytest.mark.parametrize("code", KNOWN)
def test_published_codes_are_valid(code):
    assert credit_codes.is_valid(code)


@given(codes)
def test_a_code_with_its_check_digit_is_valid(code):
    assert credit_codes.is_valid(code)
    assert checked_slowly(code)


@given(numbers, characters)
def test_exactly_one_check_digit_is_valid(number, last):
    assert credit_codes.is_valid(number + last) == checked_slowly(number + last)


@given(codes, st.integers(0, 17), characters)
def test_one_wrong_character_is_found(code, place, character):
    assume(code[place] != character)
    assert not credit_codes.is_valid(code[:place] + character + code[place + 1 :])


@given(codes, st.integers(0, 15))
def test_two_neighbours_exchanged_are_found(code, place):
    assume(code[place] != code[place + 1])
    exchanged = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert not credit_codes.is_valid(exchanged)


@given(st.text(max_size=20))
def test_any_other_text_is_refused_and_raises_nothing(text):
    code = credit_codes.normal(text)
    assert not credit_codes.is_valid(code) or len(code) == 18


@pytest.mark.parametrize(
    "wrong", ["", "9135", "91350100M000100Y4", "91350100M000100Y433", "I1350100M000100Y43", "91AB0100M000100Y43"]
)
def test_other_lengths_and_characters_are_refused(wrong):
    assert not credit_codes.is_valid(wrong)


def test_what_is_copied_from_a_certificate_is_read():
    assert credit_codes.normal(" ９１350100-m000 100y43") == KNOWN[0]
