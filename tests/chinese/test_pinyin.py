"""Requirement U01: sort keys by surname readings, search words by all readings."""

import random
import time

import pypinyin
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.lib.chinese.pinyin import KEY_LENGTH, name_key, name_tokens

# Surname, reading in the dictionary, and reading that the families use.
MISREAD = {
    "单": ("dan", "shan"),
    "仇": ("chou", "qiu"),
    "曾": ("ceng", "zeng"),
    "解": ("jie", "xie"),
    "区": ("qu", "ou"),
    "查": ("cha", "zha"),
    "盖": ("gai", "ge"),
    "朴": ("pu", "piao"),
    "翟": ("di", "zhai"),
    "缪": ("mou", "miao"),
    "覃": ("tan", "qin"),
    "重": ("zhong", "chong"),
    "扎": ("zha", "za"),
    "六": ("liu", "lu"),
    "长": ("zhang", "chang"),
    "会": ("hui", "gui"),
    "不": ("bu", "fou"),
    "没": ("mei", "mo"),
    "度": ("du", "duo"),
    "读": ("du", "dou"),
    "哆": ("duo", "chi"),
}
READ = {
    "乐": "yue",
    "员": "yun",
    "贠": "yun",
    "郇": "xun",
    "召": "shao",
    "折": "she",
    "黑": "he",
    "秘": "bi",
    "种": "chong",
    "祭": "zhai",
    "佴": "nai",
    "繁": "po",
    "阚": "kan",
    "乜": "nie",
    "卜": "bu",
    "薄": "bo",
    "都": "du",
    "句": "gou",
    "牟": "mu",
    "逄": "pang",
    "綦": "qi",
    "任": "ren",
    "宁": "ning",
    "王": "wang",
    "單": "shan",
    "蓋": "ge",
}


@pytest.mark.parametrize(("surname", "readings"), MISREAD.items())
def test_misread_surname_sorts_by_the_reading_of_the_families(surname, readings):
    assert pypinyin.lazy_pinyin(surname) == [readings[0]]  # the reason for the table
    assert name_key(surname + "明").startswith(readings[1] + f"{ord(surname):x} ming")


@pytest.mark.parametrize(("surname", "readings"), MISREAD.items())
def test_misread_surname_is_found_by_both_readings(surname, readings):
    assert {readings[0] + "ming", readings[1] + "ming"} <= set(name_tokens(surname + "明"))


@pytest.mark.parametrize(("surname", "reading"), READ.items())
def test_surname_reading(surname, reading):
    assert name_key(surname + "文").startswith(reading + f"{ord(surname):x} wen")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("欧阳修", "ou yang xiu"),
        ("尉迟恭", "yu chi gong"),
        ("万俟卨", "mo qi xie"),
        ("长孙无忌", "zhang sun wu ji"),
        ("澹台灭明", "tan tai mie ming"),
        ("乐正子", "yue zheng zi"),
        ("令狐冲", "ling hu chong"),
        ("长孙", "zhang sun"),
        ("尉文", "wei wen"),
        ("单于明", "chan yu ming"),
        ("吕布", "lv bu"),
        ("曾国藩", "zeng guo fan"),
        ("艾合买提·买买提", "ai he mai ti mai mai ti"),
        ("查干·巴特尔", "cha gan ba te er"),  # a name with a dot has no surname
        ("John Smith", "john smith"),
        ("Müller", "muller"),
        ("王重阳", "wang chong yang"),
    ],
)
def test_name_key_words(name, words):
    key = name_key(name).removesuffix(" " + name)
    assert [word.rstrip("0123456789abcdef") or word for word in key.split()] == [
        word.rstrip("abcdef") or word for word in words.split()
    ]


def test_name_key_is_ascii_and_then_the_name():
    key = name_key("王㻛")
    assert key.endswith(" 王㻛")
    assert key.removesuffix(" 王㻛").isascii()


def test_names_sort_by_surname_reading_then_given_name():
    wanted = ["盖文", "缪文", "仇文", "单文", "单一", "解文", "曾国藩", "翟文", "张三", "张四", "章三", "王㻛"]
    wanted.insert(5, wanted.pop())  # wang comes before xie, and 㻛, without a reading, after all of wang
    wanted.insert(5, "王一")
    shuffled = random.Random(7).sample(wanted, len(wanted))
    assert sorted(shuffled, key=name_key) == wanted


def test_names_that_sound_alike_stay_apart():
    assert name_key("张伟") != name_key("张玮")


def test_name_key_takes_the_reading_the_person_gives():
    assert name_key("盖文", reading="Gài wén").startswith("gai76d6 wen")
    assert "gaiwen" in name_tokens("盖文", reading="gai wen")


@pytest.mark.parametrize("reading", ["gai", "gai wen xx", "gai w3n", "盖 文", "gai-wen"])
def test_name_key_refuses_a_reading_that_does_not_fit(reading):
    with pytest.raises(ValueError, match="每个字一个音节"):
        name_key("盖文", reading=reading)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("曾国藩", "zengguofan cengguofan zgf cgf guofan gf fan f 曾 国 藩 曾国 国藩 曾国藩"),
        ("吕布", "lvbu lubu lyubu lb bu b"),
        ("闾丘露薇", "lvqiuluwei luqiuluwei lyuqiuluwei lqlw"),
        ("王㻛", "wang㻛 w㻛 㻛 王 王㻛"),
        ("龚䶮", "gongyan gy 䶮"),
        ("𬭚", "chun 𬭚"),
        ("艾合买提·买买提", "aihemaitimaimaiti ahmtmmt maimaiti mmt 买买 提买 艾合买提买买提"),
        ("陳國藩", "chenguofan 陈国藩 陈"),
        ("John Smith", "johnsmith js smith s"),
        ("José·张", "josezhang josézhang 张"),
        ("王乾", "wangqian wq"),  # a single 乾 is simplified to 干, but must also be found by qian
    ],
)
def test_name_tokens_contain(name, wanted):
    assert set(wanted.split()) <= set(name_tokens(name))


def test_name_tokens_of_a_plain_name():
    assert " ".join(name_tokens("欧阳修")) == "ouyangxiu oyx x xiu yangxiu yx 修 欧 欧阳 欧阳修 阳 阳修"


def test_combinations_are_limited_and_keep_the_right_reading():
    found = name_tokens("曾" + "乐重长行" * 3)
    assert sum(word.startswith(("zeng", "ceng")) for word in found) <= 64
    assert any(word.startswith("zeng") for word in found)


@given(st.text(st.characters(), max_size=50))
def test_any_text_has_a_key_and_tokens(text):
    assert len(name_key(text)) <= KEY_LENGTH
    assert all(name_tokens(text)) or not text


def test_two_thousand_names_take_less_than_a_second():
    chance = random.Random(1)
    surnames = "".join(MISREAD) + "".join(READ)
    names = [
        chance.choice(surnames) + "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in "ab") for _ in range(2000)
    ]
    name_tokens("热身")  # loads the dictionary
    started = time.process_time()
    for name in names:
        name_tokens(name)
        name_key(name)
    assert time.process_time() - started < 1
