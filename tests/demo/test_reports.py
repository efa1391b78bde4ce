"""The reports of the demonstration: one of each kind of period and of owner, marked as invented in every edition."""

import datetime as dt

import pytest

from chengyang import clock
from chengyang.portal.board import owners, report_contents
from chengyang.portal.board.models import Report
from tests.demo.demo_copy import TODAY

pytestmark = [pytest.mark.usefixtures("demo"), pytest.mark.django_db]


def test_there_is_a_report_of_each_kind_of_owner_and_of_period():
    rows = list(Report.objects.with_owners())
    assert {owners.kind_of(row.owner) for row in rows} == {"district", "subdistrict", "organization", "base", "team"}
    assert {len(row.period) for row in rows} == {len("2026"), len("2026H1"), len("2026-10")}
    assert 4 <= len(rows) <= 6


def test_each_is_of_a_time_that_was_over_when_it_was_made():
    for row in Report.objects.all():
        assert (row.ends <= TODAY, row.as_of) == (True, clock.at(TODAY))
        assert dt.datetime.fromisoformat(row.contents["at"]) == row.as_of


def test_each_says_that_it_is_invented():
    for row in Report.objects.all():
        texts = [getattr(block, "text", "") for block in report_contents.blocks(row.contents, "某单位")]
        assert row.is_demo
        assert any(text.startswith("（演示数据：") for text in texts)


def test_the_figures_are_counted_ones():
    row = Report.objects.filter(organization=None, base=None, team=None, subdistrict=None).earliest("starts")
    numbers = {one["code"]: float(one["value"]) for step in row.contents["steps"] for one in step["figures"]}
    assert min(numbers[code] for code in ("persons", "activities_completed", "distinct_persons", "donations")) > 0
