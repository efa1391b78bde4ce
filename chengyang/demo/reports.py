"""Reports of the board: what offices have frozen of months, half-years and years that are over."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from chengyang.platform.accounts.models import User
from chengyang.portal.board import board as boards
from chengyang.portal.board import keeping, owners, periods, report_contents, results
from chengyang.portal.board.models import Report

from .dataset import Dataset


def make_reports(dataset: Dataset) -> None:
    """Create six reports, about owners of each kind, as they were when `today` began; every edition says that they are invented."""
    keeping.refresh()
    results.publish_persons(again=True)
    rng = dataset.random_source("reports")
    for owner, code, note, maker in _wanted(dataset):
        span = periods.parse(code)
        board = replace(boards.board_of(owner, span), at=dataset.midnight)
        Report.objects.create(
            **({} if owner is None else {owners.kind_of(owner): owner}),
            public_id=rng.public_id(),
            period=span.code,
            starts=span.starts,
            ends=span.ends,
            as_of=dataset.midnight,
            contents=report_contents.frozen(board, is_demo=True),
            note=note,
            made_by=maker,
            is_demo=True,
        )


def _wanted(dataset: Dataset) -> Iterator[tuple[Any, str, str, User]]:
    """Yield (owner, code of the period, note, who made it); the periods are over."""
    today, district = dataset.today, dataset.personas["district"]
    month = f"{dataset.ago(today.day):%Y-%m}"
    half = f"{today.year}H1" if today.month > 6 else f"{today.year - 1}H2"
    year = str(today.year - 1)
    area = dataset.subdistricts["夏庄"]
    base, team = next(iter(dataset.bases.values())), next(iter(dataset.teams.values()))
    yield None, month, "月报", district
    yield None, year, "正式报送", district
    yield area, half, "", dataset.officer(area)
    yield dataset.organizations["xiazhuang"], year, "", dataset.officer(area)
    yield base, half, "", district
    yield team, month, "初稿", district
