"""The order of names by the strokes of their surnames (requirements U04)."""

import pytest

from chengyang.lib.chinese.strokes import stroke_key, strokes_of

# From the dictionary of the standard GF 3003-1999; those with 艹, 阝, 辶 and 礻 are counted otherwise by ICU.
STROKES = {
    "丁": 2, "于": 3, "马": 3, "王": 4, "邓": 4, "艾": 5, "冯": 5, "叶": 5, "刘": 6, "阮": 6, "邢": 6, "陈": 7, "陆": 7, "苏": 7,
    "邵": 7, "单": 8, "郑": 8, "范": 8, "苗": 8, "祝": 9, "郝": 9, "荣": 9, "郭": 10, "莫": 10, "陶": 10, "黄": 11, "萧": 11,
    "隋": 11, "葛": 12, "董": 12, "蒋": 12, "曾": 12, "覃": 12, "蓝": 13, "蒙": 13, "褚": 13, "蔡": 14, "臧": 14, "潘": 15,
    "薛": 16, "魏": 17, "瞿": 18, "籍": 19,
}  # fmt: skip


@pytest.mark.parametrize(("surname", "strokes"), STROKES.items())
def test_a_surname_has_its_strokes(surname, strokes):
    assert strokes_of(surname) == strokes


def test_names_stand_by_strokes_then_by_the_kind_of_strokes():
    names = ["魏一", "陈一", "丁一", "郑一", "王一", "黄一", "艾一", "李一", "于一", "刘一", "马一", "张一"]
    assert "".join(name[0] for name in sorted(names, key=stroke_key)) == "丁于马王艾刘李张陈郑黄魏"


def test_one_character_after_the_surname_comes_first_then_pinyin():
    names = ["王晓明", "王伟", "王爱国", "王安"]
    assert sorted(names, key=stroke_key) == ["王安", "王伟", "王爱国", "王晓明"]


def test_compound_surnames_stand_at_their_first_character():
    assert sorted(["欧阳修", "欧一", "范一", "周一"], key=stroke_key) == ["范一", "欧一", "欧阳修", "周一"]


def test_traditional_characters_stand_with_the_simplified_ones():
    assert stroke_key("陳一")[:2] == stroke_key("陈一")[:2]


def test_names_of_other_scripts_and_rare_surnames_stand_behind_by_pinyin():
    names = ["艾合买提·买买提", "Smith", "魏一", "㻛一"]
    assert sorted(names, key=stroke_key)[0] == "魏一"
    assert strokes_of("㻛") is None
