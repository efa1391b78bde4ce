"""Requirement U17: full width, case, traditional characters and dots are folded in index and query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengyang.lib.chinese.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＷｅＣｈａｔ", "wechat"),
        ("２０２６", "2026"),
        ("曾國藩", "曾国藩"),
        ("座談會", "座谈会"),
        ("新・声•活", "新·声·活"),
        ("艾．买", "艾·买"),
        ("3．5", "3.5"),
        ("ﬁne", "fine"),
        ("Straße", "strasse"),
        ("a\0b\x1bc", "abc"),
        ("a\nb\tc", "a b c"),
        ("\u202eabc\u200f", "abc"),
        ("葛\U000e0100", "葛"),
        ("a\ud800b", "ab"),
        ("王㻛𬭚", "王㻛𬭚"),
        ("", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


def test_a_part_folds_as_the_whole():
    assert fold("乾隆")[0] == fold("乾")  # OpenCC converts words: 乾 alone becomes 干, in 乾隆 it stays


@given(st.text(st.characters(), max_size=60))
def test_fold_is_stable_and_storable(text):
    folded = fold(text)
    assert fold(folded) == folded
    assert "\0" not in folded.encode("utf-8").decode()
