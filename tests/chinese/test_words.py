"""Headings break between words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.lib.chinese.words import words
from chengyang.platform.web.templatetags.web import words as rendered


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("城阳区新的社会阶层代表人士联合会", "城阳区|新的|社会阶层|代表人士|联合会"),
        ("城阳区新媒体从业人员联谊会", "城阳区|新媒体|从业人员|联谊会"),
        ("驿站小课：农产品怎么拍才好卖", "驿站|小课：农产品|怎么拍|才|好卖"),
        ("基地建设“六有”标准", "基地|建设|“六有”|标准"),
        ("大棚草莓移栽帮扶（第7场）", "大棚|草莓|移栽|帮扶|（第7场）"),
        ("Python 入门", "Python 入门"),
        ("", ""),
    ],
)
def test_a_text_is_cut_between_words(text, parts):
    assert "|".join(words(text)) == parts


@given(st.text(alphabet="城阳区新的社会阶层龘齉靐，。“”（）a1 ", max_size=40))
def test_the_parts_are_the_text(text):
    assert "".join(words(text)) == text
    assert all(words(text)) or text == ""


def test_characters_that_no_word_has_do_not_stay_together_without_end():
    assert max(len(part) for part in words("龘" * 40)) <= 5


def test_a_heading_is_escaped():
    assert rendered("<b>社会阶层人士") == "&lt;b&gt;社会阶层<wbr>人士"
    assert rendered(None) == ""
