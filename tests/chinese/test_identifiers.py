"""Requirements U05 and U06; `python-stdnum` is the oracle where it is right."""

import contextlib
import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_2

from chengyang.lib.chinese import identifiers
from chengyang.lib.chinese.identifiers import check_id_number, check_uscc, mask_id, uscc_kind

TODAY = dt.date(2026, 11, 23)
births = st.dates(dt.date(1907, 1, 1), TODAY)
regions = st.sampled_from(["110105", "370214", "654301", "810000", "820000", "830000"])
sequences = st.integers(0, 999)


def identity(body):
    """Return an identity number with the check digit of the oracle."""
    return body + mod_11_2.calc_check_digit(body)


def credit_code(body):
    return body + uscc.calc_check_digit(body)


@pytest.mark.parametrize(
    ("typed", "kind", "birth_date", "gender"),
    [
        ("11010519491231002X", "resident", dt.date(1949, 12, 31), "female"),
        ("11010519491231002x", "resident", dt.date(1949, 12, 31), "female"),
        (" 110105 19491231 002X ", "resident", dt.date(1949, 12, 31), "female"),
        ("１１０１０５１９４９１２３１００２Ｘ", "resident", dt.date(1949, 12, 31), "female"),
        (
            "11010519491231002Ⅹ",
            "resident",
            dt.date(1949, 12, 31),
            "female",
        ),  # the Roman numeral ten, which some keyboards produce
        (identity("37021420000229001"), "resident", dt.date(2000, 2, 29), "male"),
        (identity("81000019900101001"), "hmt_residence", dt.date(1990, 1, 1), "male"),
        (identity("82000019900101002"), "hmt_residence", dt.date(1990, 1, 1), "female"),
        (identity("83000019900101003"), "hmt_residence", dt.date(1990, 1, 1), "male"),
        (identity("93784019850607001"), "foreigner", dt.date(1985, 6, 7), "male"),
        (identity("37021420261123001"), "resident", TODAY, "male"),
        (identity("37021419061124001"), "resident", dt.date(1906, 11, 24), "male"),
    ],
)
def test_check_id_number(typed, kind, birth_date, gender):
    found = check_id_number(typed, today=TODAY)
    assert (found.kind, found.birth_date, found.gender, found.warnings) == (kind, birth_date, gender, ())


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "请填写证件号码"),
        ("110105491231002", "15 位的旧身份证号"),
        ("1.10105E+17", "科学计数"),
        ("1101051949123100", "应为 18 位，现在有 16 位"),
        ("1101051949123100211", "应为 18 位，现在有 19 位"),
        ("1101051949123100AX", "前 17 位应为数字"),
        ("110105194912310O2X", "前 17 位应为数字"),
        ("١10105194912310021", "前 17 位应为数字"),
        ("110105194912310021", "校验位不对"),
        ("110105194912310012", "校验位不对"),
        (identity("37021420010229001"), "出生日期不存在"),
        (identity("37021420011301001"), "出生日期不存在"),
        (identity("37021400000101001"), "出生日期不存在"),
        (identity("37021420261124001"), "今天之后"),
        (identity("37021420990101001"), "今天之后"),
        (identity("37021419051123001"), "超过 120 年"),
    ],
)
def test_check_id_number_refuses(typed, part):
    with pytest.raises(ValueError, match=re.escape(part)):
        check_id_number(typed, today=TODAY)


@pytest.mark.parametrize("body", ["00010519491231002", "47010519491231002", "81010119900101001", "98884019850607001"])
def test_an_unknown_region_is_only_a_warning(body):
    assert [str(text) for text in check_id_number(identity(body), today=TODAY).warnings] == [
        "证件号码的地区代码不常见，请核对前几位。"
    ]


@pytest.mark.parametrize(
    ("stated", "questions"),
    [
        ({}, 0),
        ({"birth_date": dt.date(1949, 12, 31), "gender": "female"}, 0),
        ({"birth_date": dt.date(1949, 12, 13)}, 1),
        ({"gender": "male"}, 1),
        ({"birth_date": dt.date(1950, 1, 1), "gender": "male"}, 2),
    ],
)
def test_given_values_that_contradict_the_number_are_named(stated, questions):
    assert len(check_id_number("11010519491231002X", today=TODAY).conflicts_with(**stated)) == questions


@given(regions, births, sequences)
def test_every_number_the_oracle_completes_is_taken(region, birth_date, sequence):
    found = check_id_number(identity(f"{region}{birth_date:%Y%m%d}{sequence:03d}"), today=TODAY)
    assert (found.birth_date, found.gender == "male") == (birth_date, sequence % 2 == 1)


@given(regions, births, sequences, st.sampled_from("0123456789X"))
def test_the_check_digit_agrees_with_the_oracle(region, birth_date, sequence, digit):
    number = f"{region}{birth_date:%Y%m%d}{sequence:03d}{digit}"
    if mod_11_2.is_valid(number):
        assert check_id_number(number, today=TODAY).number == number
    else:
        with pytest.raises(ValueError, match="校验位"):
            check_id_number(number, today=TODAY)


@given(st.text(st.characters()) | st.text("0123456789xX１２ ", min_size=15, max_size=19))
def test_any_text_is_an_identity_number_or_refused(text):
    with contextlib.suppress(ValueError):  # any other exception fails the test
        assert mod_11_2.is_valid(check_id_number(text, today=TODAY).number)


@pytest.mark.parametrize(
    ("number", "expected"),
    [("37021420990101001", True), ("81000019900101001", False), ("93784019850607001", False)],
)
def test_the_oracle_is_wrong_as_measured(number, expected):
    assert ric.is_valid(identity(number)) is expected  # the reason why the project has its own rules


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("91110000600037341L", "91110000600037341L"),
        ("91110000600037341l", "91110000600037341L"),
        (" 9111 0000 6000 3734 1L ", "91110000600037341L"),
        ("９１１１００００６０００３７３４１Ｌ", "91110000600037341L"),
        (credit_code("51370214MJE123456"), credit_code("51370214MJE123456")),
        (credit_code("N3370214MF1234567"), credit_code("N3370214MF1234567")),
        (credit_code("A1370214MF1234567"), credit_code("A1370214MF1234567")),
        (credit_code("Y1370214MF1234567"), credit_code("Y1370214MF1234567")),
    ],
)
def test_check_uscc(typed, stored):
    assert check_uscc(typed) == stored


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "请填写统一社会信用代码"),
        ("91110000600037341", "应为 18 位，现在有 17 位"),
        ("91110000600037341I", "没有“I”"),
        ("9111000060003734SO", "没有“O、S”"),
        ("91110000600037341M", "校验位不对"),
        ("91110000600037314L", "校验位不对"),
        (credit_code("9111A000600037341"), "第 3 至 8 位应为数字"),
    ],
)
def test_check_uscc_refuses(typed, part):
    with pytest.raises(ValueError, match=re.escape(part)):
        check_uscc(typed)


@given(st.from_regex(r"[159]{2}[0-9]{6}[0-9A-H]{9}", fullmatch=True), st.sampled_from(identifiers.USCC_ALPHABET))
def test_credit_codes_agree_with_the_oracle(body, digit):
    if uscc.is_valid(body + digit):
        assert check_uscc(body + digit) == body + digit
    else:
        with pytest.raises(ValueError, match="校验位"):
            check_uscc(body + digit)


@given(st.text(st.characters()) | st.text(identifiers.USCC_ALPHABET, min_size=18, max_size=18))
def test_any_text_is_a_credit_code_or_refused(text):
    with contextlib.suppress(ValueError):  # any other exception fails the test
        assert len(check_uscc(text)) == 18


def test_the_oracle_refuses_codes_that_begin_with_a_letter():
    assert not uscc.is_valid(credit_code("N3370214MF1234567"))


@pytest.mark.parametrize(
    ("code", "kind"), [("51370214MJE123456", "社会团体"), ("52", "民办非企业单位"), ("53", "基金会"), ("A1", "")]
)
def test_uscc_kind(code, kind):
    assert str(uscc_kind(code)) == kind


@pytest.mark.parametrize(
    ("number", "first", "shown"),
    [
        ("11010519491231002X", 0, "**************002X"),
        ("11010519491231002X", 4, "1101**********002X"),
        ("11010519491231002X", 9, "1101**********002X"),
        ("E1234567", 0, "****4567"),
        ("E123456", 0, "*******"),
        ("E12345678", 4, "*********"),
        ("", 0, ""),
    ],
)
def test_mask_id(number, first, shown):
    assert mask_id(number, first=first) == shown
