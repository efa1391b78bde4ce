"""Moments in cells: what people type, and what a workbook holds."""

import datetime as dt

import pytest
from django.utils import timezone

from chengyang.platform.sheets.parsing import Moment

AT_TWO = "2026-03-05 14:00"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (["m", "2026-03-05T14:00:00"], AT_TWO),
        (["m", "2026-03-05T14:00:59"], AT_TWO),
        ("2026-03-05 14:00", AT_TWO),
        ("2026-03-05T14:00:31", AT_TWO),
        ("２０２６．３．５　１４：００", AT_TWO),
        ("2026/3/5 14:0", AT_TWO),
        ("2026年3月5日14：00", AT_TWO),
        ("2026年3月5日 下午2点", AT_TWO),
        ("2026年3月5日下午2点半", "2026-03-05 14:30"),
        ("2026年3月5日上午9点05分", "2026-03-05 09:05"),
        ("2026-03-05 中午12:30", "2026-03-05 12:30"),
        ("20260305 14:00", AT_TWO),
        (46086.583333333336, AT_TWO),
    ],
)
def test_a_moment_is_read(cell, text):
    value = Moment().parse(cell)
    assert Moment().text(value) == text
    assert Moment().parse(text) == value
    assert timezone.is_aware(value)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("2026-03-05", "没有写几点几分，请按 2026-03-05 14:00 的形式填写。"),
        (["d", "2026-03-05"], "没有写几点几分，请按 2026-03-05 14:00 的形式填写。"),
        (46086, "没有写几点几分，请按 2026-03-05 14:00 的形式填写。"),
        (True, "没有写几点几分，请按 2026-03-05 14:00 的形式填写。"),
        ("14:00", "只有时间，没有日期。"),
        (["t", "14:00"], "只有时间，没有日期。"),
        ("2026-03-05 25:00", "没有“25:00”这个时间。"),
        ("2026-02-30 14:00", "没有这一天，请核对月和日。"),
        ("2026.3 14:00", "只写了月份，请写到日，如 2026-03-05 14:00。"),
        ("明天 14:00", "请按 2026年3月5日、2026-03 或 2026 的形式填写日期。"),
    ],
)
def test_what_is_no_moment_gets_a_sentence(cell, sentence):
    with pytest.raises(ValueError, match="^" + sentence.replace(".", r"\.") + "$"):
        Moment().parse(cell)


@pytest.mark.parametrize("cell", ["16:30", ["t", "16:30"], "下午4点半", "16：30：00"])
def test_a_time_alone_is_read_where_the_day_is_known_otherwise(cell):
    assert Moment(alone=True).parse(cell) == dt.time(16, 30)


def test_nothing_is_an_empty_text():
    assert Moment().text(None) == ""
