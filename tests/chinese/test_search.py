"""Requirements U02 and U17 without a database: vectors, queries and highlights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.lib.chinese import search

anything = st.text(st.characters(), max_size=80)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("座谈会", [("座谈", 1), ("谈会", 2), ("会", 3)]),
        ("好", [("好", 1)]),
        ("新e汇+", [("新", 1), ("e", 2), ("汇", 3)]),
        ("WeChat 2026", [("wechat", 1), ("2026", 3)]),
        ("今天，天", [("今天", 1), ("天", 2), ("天", 4)]),
        ("新·声", [("新声", 1), ("声", 2)]),
        ("covid19", [("covid19", 1)]),
        ("🎉!?", []),
        ("", []),
    ],
)
def test_tokens(text, expected):
    assert [(token.lexeme, token.position) for token in search.tokens(text)] == expected


@pytest.mark.parametrize(
    ("words", "literal"),
    [
        (["曾", "国藩"], "'曾' '国藩'"),
        (["o'neill", "a\\b"], "'o''neill' 'a\\\\b'"),
        (["a\0b", "", "\0", "\ud800"], "'ab'"),
        ([search.Token("会", 3, "A"), search.Token("会", 7)], "'会':3A,7"),
        (["x" * 5000], "'" + "x" * 100 + "'"),
    ],
)
def test_tsvector(words, literal):
    assert search.tsvector(words) == literal


def test_text_vector_weighs_the_title_and_keeps_parts_apart():
    assert search.text_vector("新汇", "活动") == "'新汇':1A '汇':2A '活动':5B '动':6B"


@pytest.mark.parametrize(
    ("typed", "literal"),
    [
        ("座谈", "'座谈'"),
        ("座谈会", "('座谈' <1> '谈会')"),
        ("人民代表大会", "('人民' <2> '代表' <2> '大会')"),
        ("新e汇+", "('新' <1> 'e' <1> '汇':*)"),
        ("座谈 wechat", "'座谈' & 'wechat':*"),
        ("座谈，会议", "'座谈' & '会议'"),
        ("2026-11-23", "('2026' <2> '11' <2> '23':*)"),
        ("乐享·新声活", "('乐享' <2> '新声' <1> '声活')"),
        ("座談會", "('座谈' <1> '谈会')"),
        ("曾", "'曾':*A"),  # one character: titles only
        ("新 汇", "'新':*A & '汇':*A"),
        ("新 座谈", "'新':* & '座谈'"),
        ("", None),
        ("🎉 &|!<->():*'\\", None),
    ],
)
def test_text_query(typed, literal):
    assert search.text_query(typed) == literal


def test_tsquery_without_prefix_wants_whole_words():
    assert search.tsquery("wechat 座谈", prefix=False) == "'wechat' & '座谈'"


@pytest.mark.parametrize(
    ("typed", "literal"),
    [
        ("zgf", "'zgf':*"),
        (" ＺＧＦ ", "'zgf':*"),
        ("Zeng GuoFan", "'zeng':* & 'guofan':*"),
        ("zēng", "('zēng':* | 'zeng':*)"),
        ("lü", "('lü':* | 'lu':* | 'lv':*)"),
        ("曾", "'曾'"),
        ("国藩", "'国藩'"),
        ("曾國藩", "'曾国藩':*"),
        ("艾合买提・买买提", "'艾合买提买买提':*"),
        ("曾gf", "'曾' & 'gf':*"),
        ("5678", "'5678':*"),
        ("·", None),
    ],
)
def test_name_query(typed, literal):
    assert search.name_query(typed) == literal


def test_name_vector_takes_extra_words():
    assert search.name_vector("王一", "0077", "CY-2026").endswith("'0077' 'cy' '2026'")


def test_long_queries_are_cut():
    assert search.text_query("座谈 " * 1000).count("座谈") == search.MAX_TERMS


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("城阳区座谈会通知", "座谈会", "城阳区[座谈会]通知"),
        ("曾國藩故居", "国藩", "曾[國藩]故居"),
        ("Party art ＡＲＴ", "art", "Party [art] [ＡＲＴ]"),
        ("乐享·新声活", "乐享新声活", "[乐享·新声活]"),
        ("ﬁne", "fi", "[ﬁ]ne"),
        ("新e汇+ 开讲", "新e汇", "[新e汇]+ 开讲"),
        ("创新e汇", "e汇 创新", "[创新e汇]"),
        ("2026.11.23 开会", "2026-11-23", "[2026.11.23] 开会"),
        ("a.b (c) [d]*", "a.b*", "[a.b] (c) [d]*"),
        ("没有", "座谈", "没有"),
        ("没有", "", "没有"),
        ("", "座谈", ""),
    ],
)
def test_highlight(text, query, marked):
    assert "".join(f"[{part}]" if hit else part for part, hit in search.highlight(text, query)) == marked


@given(anything, anything)
def test_highlight_keeps_the_whole_text(text, query):
    assert "".join(part for part, _ in search.highlight(text, query)) == text


def test_excerpt_is_around_the_first_hit():
    parts = search.excerpt("一" * 200 + "座谈会" + "二" * 200, "座谈会", 40)
    assert [(part[0], len(part), hit) for part, hit in parts] == [
        ("…", 1, False),
        ("一", 10, False),
        ("座", 3, True),
        ("二", 27, False),
        ("…", 1, False),
    ]


def test_excerpt_of_a_short_text_is_the_text():
    assert search.excerpt("座谈会通知", "座谈") == [("座谈", True), ("会通知", False)]
