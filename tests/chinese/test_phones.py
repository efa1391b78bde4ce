"""Phone numbers: accepted forms (requirement U07) and masks (docs/requirements.md, "Masks")."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.lib.chinese.phones import (
    DEMO_PREFIX,
    is_demo_phone,
    mask_phone,
    normalise_phone,
    spaced_phone,
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("13812345678", "+8613812345678"),
        (" 138 1234 5678 ", "+8613812345678"),
        ("138-1234-5678", "+8613812345678"),
        ("138－1234—5678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("+8613812345678", "+8613812345678"),
        ("＋８６ 138 1234 5678", "+8613812345678"),
        ("(+86) 138 1234 5678", "+8613812345678"),
        ("008613812345678", "+8613812345678"),
        ("8613812345678", "+8613812345678"),
        ("\u202d13812345678\u202c", "+8613812345678"),  # pasted from a phone's contacts
        ("015499887766", "+8615499887766"),  # the trunk zero
        ("+86 015499887766", "+8615499887766"),
        ("86 015499887766", "+8615499887766"),
        ("14912345678", "+8614912345678"),  # the library phonenumbers refuses this prefix
        ("19912345678", "+8619912345678"),
        ("15412345678", "+8615412345678"),
        ("+852 6123 4567", "+85261234567"),
        ("00852-61234567", "+85261234567"),
        ("+853 6612 3456", "+85366123456"),
        ("+886 912 345 678", "+886912345678"),
        ("+886 0912 345 678", "+886912345678"),
        ("+1 (415) 555-0123", "+14155550123"),
        ("+44 20 7946 0000", "+442079460000"),
    ],
)
def test_normalise_phone(typed, stored):
    assert normalise_phone(typed) == stored


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "请填写手机号"),
        (" - ", "请填写手机号"),
        ("12812345678", "11 位数字，以 13 至 19 开头"),
        ("1381234567", "11 位数字"),
        ("138123456789", "11 位数字"),
        ("+86 12345678901", "11 位数字"),
        ("+86 1381234567", "11 位数字"),
        ("61234567", "11 位数字"),
        ("0532-88888888", "固定电话"),
        ("0532 8765 4321", "固定电话"),
        ("010 8765 4321", "固定电话"),
        ("85261234567", "国际形式"),
        ("886912345678", "国际形式"),
        ("+852 1123 4567", "港澳台"),
        ("+853 2888 8888", "港澳台"),
        ("+886 2 2345 6789", "港澳台"),
        ("+1234", "7 至 15 位"),
        ("+0123456789", "7 至 15 位"),
        ("+1234567890123456", "7 至 15 位"),
        ("手机13812345678", "只能有数字"),
        ("138 1234 567O", "只能有数字"),
        ("1.38E+10", "只能有数字"),
        ("13812345678 转 2", "只能有数字"),
        ("١٣٨١٢٣٤٥٦٧٨", "只能有数字"),
        ("138\x001234\x005678", "只能有数字"),
    ],
)
def test_normalise_phone_refuses(typed, part):
    with pytest.raises(ValueError, match=re.escape(part)):
        normalise_phone(typed)


@given(st.text(st.characters()) | st.text("+0123456789 -１８６()", max_size=20))
def test_a_phone_is_stored_once_or_refused(text):
    with contextlib.suppress(ValueError):  # any other exception fails the test
        stored = normalise_phone(text)
        assert re.fullmatch(r"\+[1-9][0-9]{6,14}", stored)
        assert normalise_phone(stored) == stored


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+8613812345678", "138****5678"),
        ("13812345678", "138****5678"),
        ("+85261234567", "+852****4567"),
        ("+886912345678", "+886****5678"),
        ("+14155550123", "+141****0123"),
        ("+12345678", "+****5678"),
        ("+1234567", "****"),
        ("nonsense", "****"),
        ("", ""),
    ],
)
def test_mask_phone(stored, shown):
    assert mask_phone(stored) == shown


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_mask_hides_at_least_three_digits(stored):
    assert sum(c.isdigit() for c in mask_phone(stored)) <= len(stored) - 1 - 3


@pytest.mark.parametrize(("stored", "shown"), [("+8613812345678", "138 1234 5678"), ("+85291234567", "+85291234567")])
def test_spaced_phone(stored, shown):
    assert spaced_phone(stored) == shown


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        ("+86" + DEMO_PREFIX + "12345678", True),
        ("15412345678", True),
        ("+8613815412345", False),
        ("+15412345678", False),
    ],
)
def test_is_demo_phone(stored, expected):
    assert is_demo_phone(stored) is expected
