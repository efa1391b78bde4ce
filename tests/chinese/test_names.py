"""Names: normalised without changing ideographs (requirement U03), and split."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.lib.chinese.names import MAX_LENGTH, is_name_like, normalise_name, split_surname

anything = st.text(st.characters(), max_size=60)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("张三", "张三"),
        ("  张三\t\n", "张三"),
        ("张　三", "张三"),  # printed lists pad two-character names
        ("张 三", "张三"),
        ("John   Smith", "John Smith"),
        ("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith"),
        ("Ｊ．Smith", "J.Smith"),
        ("艾合买提·买买提", "艾合买提·买买提"),
        ("艾合买提・买买提", "艾合买提·买买提"),
        ("艾合买提•买买提", "艾合买提·买买提"),
        ("艾合买提．买买提", "艾合买提·买买提"),
        ("艾合买提‧买买提", "艾合买提·买买提"),
        ("艾合买提.买买提", "艾合买提·买买提"),
        ("艾合买提 · 买买提", "艾合买提·买买提"),
        ("王㻛", "王㻛"),
        ("龚䶮", "龚䶮"),
        ("𬭚", "𬭚"),
        ("李𰻝", "李𰻝"),  # extension G
        ("﨑山", "﨑山"),  # a compatibility ideograph stays
        ("凉介", "凉介"),
        ("Jose\u0301", "José"),
        ("张\u200b三\ufeff", "张三"),
        ("张\u202e三\u200f", "张三"),
        ("李\u2f29\u2f2d", "李小山"),  # radicals, copied from a PDF
        ("\u2ee2\u2ed3\u2ee9", "马长黄"),
        ("王\ue863", "王\u4dae"),  # private code points of old input methods
        ("王\ue81e\ue831\ue864\ue844", "王\u9fb4\U000215d7\u9fbb\u4723"),
        ("\uf90a山", "\uf90a山"),
        ("张", "张"),
        ("单", "单"),
    ],
)
def test_normalise_name(typed, stored):
    assert normalise_name(typed) == stored


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("", "请填写姓名"),
        (" 　\t", "请填写姓名"),
        ("\u200b", "请填写姓名"),
        ("张\0三", "控制字符"),
        ("张\x1b三", "控制字符"),
        ("\x85张三", "控制字符"),
        ("张\ue814", "自造字"),
        ("张\ue865", "自造字"),
        ("张\ud800", "自造字"),
        ("张\uffff", "自造字"),
        ("王" * 51, "最多 50 个字，现在有 51 个"),
    ],
)
def test_normalise_name_refuses(typed, part):
    with pytest.raises(ValueError, match=part):
        normalise_name(typed)


def test_fifty_characters_are_a_name():
    assert normalise_name("王" * MAX_LENGTH) == "王" * MAX_LENGTH


@given(anything)
def test_normalise_name_is_stable_or_refuses(text):
    with contextlib.suppress(ValueError):  # any other exception fails the test
        once = normalise_name(text)
        assert normalise_name(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("张三", True),
        ("艾合买提·买买提", True),
        ("O'Neill-Müller", True),
        ("王㻛", True),
        ("王\U00031350", True),  # extension H, which Python's tables do not have yet
        ("ئالىم", True),
        ("张三1", False),
        ("13812345678", False),
        ("张三（男）", False),
        ("···", False),
        ("", False),
        ("🎉", False),
    ],
)
def test_is_name_like(text, expected):
    assert is_name_like(text) is expected


@pytest.mark.parametrize(
    ("name", "surname", "given_name"),
    [
        ("张三", "张", "三"),
        ("欧阳修", "欧阳", "修"),
        ("夏侯", "夏", "侯"),  # two characters: a surname and a given name
        ("歐陽修", "歐陽", "修"),
        ("艾合买提·买买提", "", "艾合买提·买买提"),
        ("John Smith", "", "John Smith"),
        ("", "", ""),
    ],
)
def test_split_surname(name, surname, given_name):
    assert split_surname(name) == (surname, given_name)
