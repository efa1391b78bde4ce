"""How far an objective is, counted from records or from checked figures, and in words."""

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from chengyang import clock, extensions
from chengyang.platform.web.fragments import per_version
from chengyang.platform.web.suppression import few_behind, few_follow, is_few_people

from . import owners, pace
from .amounts import amount_text, number_text
from .models import Objective
from .states import BADGES, Light


@dataclass(frozen=True)
class Progress:
    """Where an objective, or the sum of several, stands on a day. `passed` is the share of its time that is over, 0 to 1.

    `done` is None where it is too small to be published.
    """

    done: Decimal | None
    target: Decimal
    unit: str
    passed: float
    light: Light

    @property
    def share(self) -> float:
        """The share of the target that is done, 0 to 1."""
        return min(float((self.done or 0) / self.target), 1)

    @property
    def percent(self) -> int:
        """The share in whole per cent, rounded down: 99.9 is not yet everything."""
        return int(self.share * 100)

    @property
    def passed_percent(self) -> int:
        """The share of the time in whole per cent, rounded up, so that what is late never looks as far as the time."""
        return math.ceil(self.passed * 100)

    @property
    def badge(self) -> str:
        return BADGES[self.light][0]

    @property
    def icon(self) -> str:
        return BADGES[self.light][1]

    @property
    def done_text(self) -> str:
        return _("收起") if self.done is None else number_text(self.done)

    @property
    def target_text(self) -> str:
        return amount_text(self.target, self.unit)

    @property
    def label(self) -> str:
        """What the drawing shows, in words."""
        words = {"done": self.percent, "passed": self.passed_percent}
        if self.done is None:
            return _("时间过了 %(passed)d%%") % words
        return _("完成 %(done)d%%，时间过了 %(passed)d%%") % words

    @property
    def text(self) -> str:
        """Return it in one line: 19 / 24 场，完成 79%，时间过了 71%：跟上."""
        words = {"done": self.done_text, "target": self.target_text, "label": self.label, "light": self.light.label}
        return _("%(done)s / %(target)s，%(label)s：%(light)s") % words


def done_of(objective: Objective, day: dt.date) -> Decimal:
    """Return how much of `objective` is done on `day`: what its metric counts, or the sum of its checked figures."""
    if not objective.metric:
        return _checked(objective)
    metric = owners.metric_of(objective.metric)
    if metric is None or day < objective.starts:
        return Decimal(0)
    key = ("objectives.done", objective.pk, objective.starts, objective.stops, day)
    return per_version(key, lambda: Decimal(str(metric.of(objective.owner, objective.period(day)))))


def public_done_of(objective: Objective, day: dt.date) -> Decimal | None:
    """Return `done_of` as everybody reads it: None where one to four persons are behind it (domain.md rule 11)."""
    if not objective.metric:
        done = _checked(objective)
        return None if is_few_people(objective.unit, done) else done
    metric = owners.metric_of(objective.metric)
    if metric is None or day < objective.starts:
        return Decimal(0)
    key = ("objectives.public", objective.pk, objective.starts, objective.stops, day)
    return per_version(key, lambda: _public(extensions.public_metric(metric), objective, day))


def _checked(objective):
    if hasattr(objective, "checked"):  # from `with_checked`
        return objective.checked or Decimal(0)
    return sum((figure.amount for figure in objective.figures.checked()), Decimal(0))


def _public(metric, objective, day):
    period = objective.period(day)
    value = metric.of(objective.owner, period)
    is_few = few_behind(metric, value, objective.owner, period)
    follows = objective.owner is None and few_follow(metric, value, period)
    return None if is_few or follows else Decimal(str(value))


def records_of(objective: Objective, day: dt.date, *, public: bool = False) -> QuerySet | None:
    """Return the rows that `done_of`, with `public` `public_done_of`, counts on `day`; None where figures are entered."""
    metric = owners.metric_of(objective.metric)
    if metric is None:
        return None
    metric = extensions.public_metric(metric) if public else metric
    return metric.records(objective.owner, objective.period(day))


def progress_of(objective: Objective, day: dt.date | None = None, *, public: bool = False) -> Progress:
    """Return where `objective` stands on `day` (today); with `public`, by the number that everybody reads."""
    day = day or clock.today()
    done = public_done_of(objective, day) if public else done_of(objective, day)
    counted = done_of(objective, day) if done is None else done  # the light of a hidden number is that of the whole
    found = pace.light(counted, objective.target, objective.starts, objective.ends, day, stops=objective.stops)
    return Progress(
        done,
        objective.target,
        objective.unit,
        pace.elapsed(objective.starts, objective.ends, day),
        found,
    )


@dataclass(frozen=True)
class Stage:
    """An objective with where it stands, and what was changed of it."""

    objective: Objective
    progress: Progress
    revisions: Sequence[Any] = ()


def stages(rows: Iterable[Objective], day: dt.date | None = None, *, public: bool = False) -> list[Stage]:
    """Return where each of the objectives `rows` stands."""
    at = partial(progress_of, day=day or clock.today(), public=public)
    return [Stage(row, at(row), _agreed(row)) for row in rows]


def _agreed(objective: Objective) -> list[Any]:
    """Return the agreed revisions of the objective, from the prefetched ones."""
    return [row for row in objective.revisions.all() if row.state == "agreed" and row.kind == "target"]


def how_counted(objective: Objective) -> str:
    """Return in words where the number of `objective` comes from."""
    metric = owners.metric_of(objective.metric)
    if metric is None:
        return _("由本单位填报，附依据，第二个人核对后才算；填错了冲回，不改原来的。")
    return _("从记录里数：%(how)s") % {"how": metric.how_counted}


def rule() -> str:
    """Return the rule of the lights in words, which stands on every page that shows one."""
    words = {"n": pace.MARGIN}
    return (
        _(
            "一年从 1月1日（或写明的起算日）走到 12月31日。完成的比例比时间过去的比例少，就是“慢了”；不少，就是“跟上”；"
            "多出 %(n)d 个百分点以上，就是“走在前面”。数够了就是“完成”，到年底没有够就是“没完成”。"
            "少于 5 人的数收起，不足 5 人的场次不算在公开的数里，都不计入公开的合计。"
        )
        % words
    )
