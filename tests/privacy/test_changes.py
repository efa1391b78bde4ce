"""Differences between two versions of the rules (requirements P02)."""

import pytest

from chengyang.platform.privacy.rules import Change, changes

FORMER = "前言\n## 一、做什么\n- 甲\n- 乙\n## 二、保存多久\n三十天\n"


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("三十天", "三十天", []),
        ("三十天", "六十天", [Change("二、保存多久", ["三十天"], ["六十天"])]),
        ("- 乙\n", "- 乙\n- 丙\n", [Change("一、做什么", [], ["丙"])]),
        ("- 甲\n", "", [Change("一、做什么", ["甲"], [])]),
        ("前言", "前言改了", [Change("", ["前言"], ["前言改了"])]),
        ("## 二、保存多久", "## 二、留多久", [Change("二、留多久", ["二、保存多久"], ["二、留多久"])]),
        ("\n", "\n\n", []),
    ],
)
def test_changes_have_their_heading(before, after, found):
    assert changes(FORMER, FORMER.replace(before, after)) == found
